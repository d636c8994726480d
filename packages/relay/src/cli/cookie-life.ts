import type { Hosting } from './host.ts'

export type CookieFacts = {
  /** The official script sets it in the page; the relay sets it again by HTTP with WMKT_TRACKER_COOKIE_DOMAIN. */
  setBy: 'script' | 'relay'
  hosting: Hosting
  /** The relay's host is another name for one of another site. */
  foreignCname: boolean
  /** Relay and site have an address in one network. */
  sharesNetwork: boolean
}

export type CookieLife = { browser: string; life: string; why: string }

const RELAY_LIFE = '13 months from first sight'
const CAPPED = '7 days'

/** How long the tracker cookie lives in each browser, as their makers document it. */
export const cookieLives = (facts: CookieFacts): CookieLife[] => [
  { browser: 'Chrome, Edge', ...inChromium(facts) },
  { browser: 'Firefox', ...inFirefox(facts) },
  { browser: 'Safari, all of iOS', ...inSafari(facts) },
  { browser: 'Brave', ...inBrave(facts) },
]

const byRelay = ({ setBy, hosting }: CookieFacts): boolean => setBy === 'relay' && hosting !== 'third-party'

const inChromium = (facts: CookieFacts) =>
  byRelay(facts)
    ? { life: RELAY_LIFE, why: 'set by HTTP; longest allowed: 400 days from each setting' }
    : { life: 'as the script sets it', why: 'longest allowed: 400 days from each setting' }

const inFirefox = (facts: CookieFacts) =>
  byRelay(facts)
    ? { life: RELAY_LIFE, why: 'set by HTTP, first party' }
    : { life: 'as the script sets it', why: 'first-party cookies are not capped' }

const inSafari = (facts: CookieFacts) => {
  if (!byRelay(facts))
    return {
      life: CAPPED,
      why: 'set by a script; 1 day after a click from a known tracker with a decorated link',
    }
  if (facts.foreignCname) return { life: CAPPED, why: 'the relay’s host is a CNAME to another site' }
  if (facts.hosting !== 'same-host' && !facts.sharesNetwork)
    return { life: CAPPED, why: 'the relay’s address is not in the site’s network (since Safari 16.4)' }
  return { life: RELAY_LIFE, why: 'set by HTTP from the site itself' }
}

const inBrave = (facts: CookieFacts) =>
  byRelay(facts)
    ? { life: '6 months', why: 'longest allowed for a cookie set by HTTP' }
    : { life: CAPPED, why: 'set by a script' }
