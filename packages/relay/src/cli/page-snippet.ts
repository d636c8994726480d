/** What a page says about tag and relay. */
export type PageSnippet = {
  /** Where the public routes are, without a slash at the end. */
  base?: string
  project?: string
  /** The official script is on the page too. */
  official: boolean
}

const SCRIPT = /<script\b[^>]*>/gi
const TAG = /(?:^|\/)tag(?:\.[0-9a-f]{16})?\.m?js(?:\?|$)/

/** Reads the snippet as pages paste it. */
export const snippetIn = (html: string, pageUrl: string): PageSnippet => {
  const tag = (html.match(SCRIPT) ?? []).find((script) => TAG.test(attribute(script, 'src') ?? ''))
  const project = tag && attribute(tag, 'data-project')
  const base = tag && baseOf(tag, pageUrl)
  return {
    official: /ndrstnd/i.test(html.replaceAll(tag ?? '\0', '')),
    ...(base !== undefined && { base }),
    ...(project !== undefined && { project }),
  }
}

const baseOf = (tag: string, pageUrl: string): string | undefined => {
  const address = attribute(tag, 'data-endpoint') ?? attribute(tag, 'src') ?? ''
  if (!URL.canParse(address, pageUrl)) return undefined
  const { origin, pathname } = new URL(address, pageUrl)
  return origin + pathname.slice(0, pathname.lastIndexOf('/'))
}

const attribute = (element: string, name: string): string | undefined => {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>"']+))`, 'i').exec(element)
  return match?.[1] ?? match?.[2] ?? match?.[3]
}
