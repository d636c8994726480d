/** What a page says about tag and relay. */
export type PageSnippet = {
  /** Where the public routes are, without a slash at the end. */
  base?: string
  /** Where the script is, and what its `integrity` says. */
  src?: string
  integrity?: string
  project?: string
  /** The official script is on the page too. */
  official: boolean
}

const SCRIPT = /<script\b[^>]*>/gi
const TAG = /(?:^|\/)tag(?:\.[0-9a-f]{16})?\.m?js(?:\?|$)/

/** Reads the snippet as pages paste it. */
export const snippetIn = (html: string, pageUrl: string): PageSnippet => {
  const tag = (html.match(SCRIPT) ?? []).find((script) => TAG.test(attribute(script, 'src') ?? ''))
  const official = /ndrstnd/i.test(html.replaceAll(tag ?? '\0', ''))
  return tag === undefined ? { official } : { official, ...ofTag(tag, pageUrl) }
}

const ofTag = (tag: string, pageUrl: string): Omit<PageSnippet, 'official'> => {
  const [base, src] = [baseOf(tag, pageUrl), urlOf(attribute(tag, 'src'), pageUrl)]
  const [integrity, project] = [attribute(tag, 'integrity'), attribute(tag, 'data-project')]
  return {
    ...(base !== undefined && { base }),
    ...(src !== undefined && { src: src.href }),
    ...(integrity !== undefined && { integrity }),
    ...(project !== undefined && { project }),
  }
}

const baseOf = (tag: string, pageUrl: string): string | undefined => {
  const url = urlOf(attribute(tag, 'data-endpoint') ?? attribute(tag, 'src'), pageUrl)
  return url && url.origin + url.pathname.slice(0, url.pathname.lastIndexOf('/'))
}

const urlOf = (address = '', pageUrl: string): URL | undefined =>
  URL.canParse(address, pageUrl) ? new URL(address, pageUrl) : undefined

const attribute = (element: string, name: string): string | undefined => {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>"']+))`, 'i').exec(element)
  return match?.[1] ?? match?.[2] ?? match?.[3]
}
