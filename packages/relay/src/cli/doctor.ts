import { OptionError, shown } from '../option.ts'
import type { Texts } from './configuration.ts'
import { CommandFailed } from './failure.ts'
import { type Diagnosis, diagnose } from './findings.ts'
import type { Net } from './net.ts'
import { jsonOf } from './plain.ts'
import { gatherSiteFacts, type SiteQuestion } from './site-facts.ts'
import type { Term } from './term.ts'

const MARKS = { good: 'ok  ', warn: 'warn', bad: 'BAD ' } as const

export type DoctorOptions = SiteQuestion & { setBy: 'script' | 'relay'; json: boolean }

/**
 * The doctor needs no credential: of the settings it reads those about the cookie.
 *
 * @throws OptionError when a URL is none
 */
export const doctorOptionsOf = (
  site: string,
  { relay, json = false }: { relay?: string; json?: boolean },
  texts: Texts,
): DoctorOptions => {
  for (const [name, url] of [
    ['<site>', site] as const,
    ...(relay === undefined ? [] : [['--relay', relay] as const]),
  ])
    if (!URL.canParse(url) || !/^https?:/.test(url))
      throw new OptionError(name, 'a URL such as https://shop.test', shown(url))
  const setBy = texts.has('WMKT_TRACKER_COOKIE_DOMAIN') ? 'relay' : 'script'
  return { site, relay, json, setBy, trackerCookie: texts.get('WMKT_TRACKER_COOKIE') ?? 'ndrstnd' }
}

/** Looks at a site and its relay from outside, and says what is wrong and how long a tracker cookie lives. */
export const doctor = async (net: Net, term: Term, options: DoctorOptions): Promise<void> => {
  const diagnosis = diagnose(await lookAt(net, options), options.setBy)
  if (options.json) term.out(jsonOf(diagnosis))
  else tell(diagnosis, term, options.setBy)
  const wrong = diagnosis.findings.filter(({ state }) => state === 'bad').length
  if (wrong > 0) throw new CommandFailed(`${wrong} of ${diagnosis.findings.length} findings are bad`)
}

const lookAt = async (net: Net, options: DoctorOptions) => {
  try {
    return await gatherSiteFacts(net, options)
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
    throw new CommandFailed(`${options.site} does not answer${cause}`)
  }
}

const tell = ({ findings, cookieLives }: Diagnosis, term: Term, setBy: 'script' | 'relay'): void => {
  for (const { state, says } of findings) term.out(`${MARKS[state]}  ${says}`)
  if (cookieLives.length === 0) return
  term.out('')
  term.out(
    setBy === 'relay'
      ? 'A tracker cookie, set again by the relay (WMKT_TRACKER_COOKIE_DOMAIN), lives:'
      : 'A tracker cookie, set by the official script alone, lives:',
  )
  const width = Math.max(...cookieLives.map(({ browser }) => browser.length))
  for (const { browser, life, why } of cookieLives) term.out(`  ${browser.padEnd(width)}  ${life} (${why})`)
  if (setBy === 'script')
    term.out('WMKT_TRACKER_COOKIE_DOMAIN lets the relay set it again by HTTP, where consent was granted.')
}
