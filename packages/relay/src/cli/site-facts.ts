import type { Net } from './net.ts'
import { type PageSnippet, snippetIn } from './page-snippet.ts'
import { parseSetCookie, type SetCookie } from './set-cookie.ts'

/** What was seen of a site and its relay. */
export type SiteFacts = {
  page: { url: string; status: number; snippet: PageSnippet; trackerCookie?: SetCookie }
  relay?: {
    base: string
    /** Status of `livez` and `tag.js`; undefined when nothing answered. */
    live?: number
    tag?: number
    /** Problem code of an empty batch posted as a page of the site would. */
    collect?: string
    addresses: string[]
    cnames: string[]
  }
  addresses: string[]
}

export type SiteQuestion = { site: string; relay?: string | undefined; trackerCookie: string }

const DEADLINE_MS = 10_000
const MAX_HTML = 1_048_576
/** Relays may refuse what calls itself a bot. */
const AGENT = 'Mozilla/5.0 (wmkt-relay)'

/** Looks at a site as a browser would find it. Posts nothing that is stored. Rejects when the site does not answer. */
export const gatherSiteFacts = async (
  net: Net,
  { site, relay, trackerCookie }: SiteQuestion,
): Promise<SiteFacts> => {
  const answer = await net.fetch(site, { signal: AbortSignal.timeout(DEADLINE_MS) })
  const url = answer.url || site
  const snippet = snippetIn((await answer.text()).slice(0, MAX_HTML), url)
  const cookie = answer.headers
    .getSetCookie()
    .map(parseSetCookie)
    .find(({ name }) => name === trackerCookie)
  const base = relay?.replace(/\/$/, '') ?? snippet.base
  return {
    page: { url, status: answer.status, snippet, ...(cookie && { trackerCookie: cookie }) },
    addresses: await net.addressesOf(new URL(url).hostname),
    ...(base !== undefined && { relay: await relayFacts(net, base, new URL(url).origin) }),
  }
}

const relayFacts = async (
  net: Net,
  base: string,
  origin: string,
): Promise<NonNullable<SiteFacts['relay']>> => {
  const { hostname } = new URL(base)
  const [live, tag, collect, addresses, cnames] = await Promise.all([
    statusOf(net, `${base}/livez`),
    statusOf(net, `${base}/tag.js`),
    emptyBatch(net, base, origin),
    net.addressesOf(hostname),
    net.cnamesOf(hostname),
  ])
  return {
    ...{ base, addresses, cnames },
    ...(live !== undefined && { live }),
    ...(tag !== undefined && { tag }),
    ...(collect !== undefined && { collect }),
  }
}

const statusOf = async (net: Net, url: string): Promise<number | undefined> => {
  try {
    const answer = await net.fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) })
    await answer.arrayBuffer()
    return answer.status
  } catch {
    return undefined
  }
}

/** No batch at all: whoever may post is told so, others are refused for their origin before. */
const emptyBatch = async (net: Net, base: string, origin: string): Promise<string | undefined> => {
  try {
    const init = {
      method: 'POST',
      body: '{}',
      headers: { origin, 'user-agent': AGENT },
      signal: AbortSignal.timeout(DEADLINE_MS),
    }
    const body: unknown = await (await net.fetch(`${base}/collect`, init)).json()
    return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : undefined
  } catch {
    return undefined
  }
}
