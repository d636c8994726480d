import { type CookieLife, cookieLives } from './cookie-life.ts'
import { hostingOf, shareNetwork, siteOf } from './host.ts'
import type { SetCookie } from './set-cookie.ts'
import type { ScriptFacts, SiteFacts } from './site-facts.ts'

export type Finding = { state: 'good' | 'warn' | 'bad'; says: string }
export type Diagnosis = { findings: Finding[]; cookieLives: CookieLife[] }

type Relay = NonNullable<SiteFacts['relay']>

const good = (says: string): Finding => ({ state: 'good', says })
const warn = (says: string): Finding => ({ state: 'warn', says })
const bad = (says: string): Finding => ({ state: 'bad', says })

/** What was seen → what it means. */
export const diagnose = (facts: SiteFacts, setBy: 'script' | 'relay'): Diagnosis => {
  const { page, relay } = facts
  const siteHost = new URL(page.url).hostname
  const findings = [
    ofPage(facts),
    ...ofSchemes(page.url, relay),
    ofOfficial(facts),
    ...ofCookie(page.trackerCookie, page.url),
  ]
  if (!relay)
    return {
      findings: [
        ...findings,
        bad('no snippet was found on the page: paste it, or name the relay with --relay'),
      ],
      cookieLives: [],
    }
  const relayHost = new URL(relay.base).hostname
  const hosting = hostingOf(siteHost, relayHost)
  const foreignCname = relay.cnames.some((name) => siteOf(name) !== siteOf(siteHost))
  const sharesNetwork = shareNetwork(facts.addresses, relay.addresses)
  const cookieFacts = { setBy, hosting, foreignCname, sharesNetwork }
  return {
    findings: [
      ...findings,
      ...ofRelay(relay),
      ofHosting(hosting, siteHost, relayHost),
      ...ofNames(relay, cookieFacts),
    ],
    cookieLives: cookieLives(cookieFacts),
  }
}

const ofPage = ({ page: { status, url } }: SiteFacts): Finding =>
  status < 400 ? good(`${url} answers ${status}`) : bad(`${url} answers ${status}`)

const ofOfficial = ({ page: { snippet } }: SiteFacts): Finding =>
  snippet.official
    ? good('the official ndrstnd script is named on the page')
    : warn(
        'the official ndrstnd script was not seen on the page: without it there is no tracker ID (a tag manager may load it)',
      )

const ofCookie = (cookie: SetCookie | undefined, pageUrl: string): Finding[] => {
  if (!cookie) return []
  const has = (name: string) => cookie.attributes.has(name)
  return [
    has('httponly')
      ? bad(`the cookie ${cookie.name} is HttpOnly: neither the official script nor the tag can read it`)
      : good(`the cookie ${cookie.name} can be read by scripts`),
    ...(pageUrl.startsWith('https:') && !has('secure')
      ? [warn(`the cookie ${cookie.name} is not Secure`)]
      : []),
    ...(has('max-age') || has('expires')
      ? []
      : [warn(`the cookie ${cookie.name} ends with the browser's session`)]),
  ]
}

const ofRelay = ({ base, ready, script, collect }: Relay): Finding[] => [
  ready === 200 ? good(`the relay at ${base} is ready`) : bad(`${base}/readyz ${said(ready)}`),
  ofScript(script),
  ofCollect(collect),
]

const ofScript = ({ url, status, isIntact }: ScriptFacts): Finding => {
  const anew = 'paste the snippet anew (wmkt-relay snippet)'
  if (status !== 200)
    return bad(
      `${url} ${said(status)}${/\.[0-9a-f]{16}\./.test(url) ? `: a version that is gone: ${anew}` : ''}`,
    )
  if (isIntact === false) return bad(`${url} is not what integrity says, and no browser runs it: ${anew}`)
  return good(`${url} is served${isIntact ? ', and is what integrity says' : ''}`)
}

/** Where the page stands and what it asks for, as browsers judge them. */
const ofSchemes = (pageUrl: string, relay: Relay | undefined): Finding[] => {
  const { protocol, hostname } = new URL(pageUrl)
  if (protocol === 'http:')
    return /^(localhost|127\..*|\[::1\])$/.test(hostname)
      ? []
      : [warn('the site is not on https: anybody on the way can read and change what it sends')]
  const plainly = [relay?.base, relay?.script.url].find((url) => url?.startsWith('http:'))
  return plainly === undefined ? [] : [bad(`${plainly} is not on https: browsers block it on this page`)]
}

const said = (status: number | undefined): string =>
  status === undefined ? 'does not answer' : `answers ${status}`

const ofCollect = (code: string | undefined): Finding => {
  if (code === 'STORED') return good('pages of this site may post')
  if (code === 'PROJECT_UNKNOWN')
    return bad('the page’s data-project is not the project of this relay: it takes nothing from it')
  if (code === 'ORIGIN_REFUSED')
    return bad('pages of this site may not post: name their origin in WMKT_ALLOWED_ORIGINS')
  return bad(`collect ${code === undefined ? 'does not answer as the relay does' : `answers ${code}`}`)
}

const ofHosting = (hosting: ReturnType<typeof hostingOf>, site: string, relay: string): Finding => {
  if (hosting === 'same-host') return good('the relay is on the site’s own host')
  if (hosting === 'same-site') return good(`${relay} and ${site} are one site`)
  return warn(
    `${relay} is another site than ${site}: blockers know such hosts, and no cookie reaches it. Mount it on ${site}`,
  )
}

const ofNames = (
  { cnames }: Relay,
  {
    hosting,
    foreignCname,
    sharesNetwork,
  }: { hosting: string; foreignCname: boolean; sharesNetwork: boolean },
): Finding[] => {
  if (hosting === 'same-host') return []
  return [
    foreignCname
      ? warn(`the relay's host is a CNAME to ${cnames.join(', ')}`)
      : good('no CNAME leads to another site'),
    sharesNetwork ? good('relay and site share a network') : warn('relay and site share no network'),
  ]
}
