import { createHash } from 'node:crypto'
import type { Net } from './net.ts'
import { type PageSnippet, snippetIn } from './page-snippet.ts'
import { parseSetCookie, type SetCookie } from './set-cookie.ts'

/** What was seen of a site and its relay. */
export type SiteFacts = {
  page: { url: string; status: number; snippet: PageSnippet; trackerCookie?: SetCookie }
  relay?: {
    base: string
    /** Status of `readyz`; undefined when nothing answered. */
    ready?: number
    script: ScriptFacts
    /** What a batch with nothing in it was answered, posted as a page of the site would: `STORED`, or a problem code. */
    collect?: string
    addresses: string[]
    cnames: string[]
  }
  addresses: string[]
}

/** The script that the page names, or that of a relay which the page does not name. */
export type ScriptFacts = {
  url: string
  /** Undefined when nothing answered. */
  status?: number
  /** Whether it is what `integrity` says; undefined where the page says nothing. */
  isIntact?: boolean
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
    ...(base !== undefined && { relay: await relayFacts(net, base, snippet, new URL(url).origin) }),
  }
}

const relayFacts = async (
  net: Net,
  base: string,
  snippet: PageSnippet,
  origin: string,
): Promise<NonNullable<SiteFacts['relay']>> => {
  const { hostname } = new URL(base)
  const [ready, script, collect, addresses, cnames] = await Promise.all([
    got(net, `${base}/readyz`),
    scriptFacts(net, snippet, base),
    emptyBatch(net, base, { origin, project: snippet.project }),
    net.addressesOf(hostname),
    net.cnamesOf(hostname),
  ])
  return {
    ...{ base, script, addresses, cnames },
    ...(ready && { ready: ready.status }),
    ...(collect !== undefined && { collect }),
  }
}

const got = async (net: Net, url: string): Promise<{ status: number; body: Buffer } | undefined> => {
  try {
    const answer = await net.fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) })
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) }
  } catch {
    return undefined
  }
}

const scriptFacts = async (net: Net, { src, integrity }: PageSnippet, base: string): Promise<ScriptFacts> => {
  const url = src ?? `${base}/tag.js`
  const answer = await got(net, url)
  return {
    url,
    ...(answer && { status: answer.status }),
    ...(answer && integrity !== undefined && { isIntact: isIntact(answer.body, integrity) }),
  }
}

/** As browsers judge: any of the digests that they know will do. */
const isIntact = (body: Buffer, integrity: string): boolean =>
  integrity.split(/\s+/).some((one) => {
    const [algorithm = '', digest] = one.split('-')
    return (
      /^sha(256|384|512)$/.test(algorithm) && createHash(algorithm).update(body).digest('base64') === digest
    )
  })

/** A batch of one item that is none: who may post gets a receipt that rejects it, and nothing is stored. */
const emptyBatch = async (
  net: Net,
  base: string,
  { origin, project }: { origin: string; project: string | undefined },
): Promise<string | undefined> => {
  try {
    const init = {
      method: 'POST',
      body: JSON.stringify({ v: 1, projectId: project, items: [{}] }),
      headers: { origin, 'user-agent': AGENT },
      signal: AbortSignal.timeout(DEADLINE_MS),
    }
    const body: unknown = await (await net.fetch(`${base}/collect`, init)).json()
    if (typeof body !== 'object' || body === null) return undefined
    if ('rejected' in body) return 'STORED'
    return 'code' in body ? String(body.code) : undefined
  } catch {
    return undefined
  }
}
