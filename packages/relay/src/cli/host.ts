import { isIP } from 'node:net'

/** Second-level names that countries keep for themselves: `co.uk`, `com.au`. */
const PUBLIC_SECOND = /^(ac|co|com|edu|gob|gouv|gov|ne|net|nom|or|org)$/

/** The name a site is registered under, as nearly as can be told without the list of all public suffixes. */
export const siteOf = (host: string): string => {
  if (isIP(host)) return host
  const labels = host.toLowerCase().replace(/\.$/, '').split('.')
  const [second = '', top = ''] = labels.slice(-2)
  return labels.slice(top.length === 2 && PUBLIC_SECOND.test(second) ? -3 : -2).join('.')
}

export type Hosting = 'same-host' | 'same-site' | 'third-party'

/** Where the relay stands, seen from the site's pages. */
export const hostingOf = (siteHost: string, relayHost: string): Hosting => {
  if (siteHost.toLowerCase() === relayHost.toLowerCase()) return 'same-host'
  return siteOf(siteHost) === siteOf(relayHost) ? 'same-site' : 'third-party'
}

/** Whether any two addresses share their first half, as Safari compares them: 16 bits of IPv4, 64 of IPv6. */
export const shareNetwork = (some: readonly string[], others: readonly string[]): boolean => {
  const halves = new Set(some.map(halfOf))
  return others.some((address) => halves.has(halfOf(address)))
}

const halfOf = (address: string): string =>
  isIP(address) === 4 ? address.split('.').slice(0, 2).join('.') : groupsOf(address).slice(0, 4).join(':')

/** The eight groups of an IPv6 address, written out. */
const groupsOf = (address: string): string[] => {
  const [head = '', tail] = address.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...new Array<string>(gap).fill('0'), ...after].map((group) =>
    group.replace(/^0+(?=.)/, ''),
  )
}
