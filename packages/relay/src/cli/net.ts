import { resolve4, resolve6, resolveCname } from 'node:dns/promises'

/** What the doctor asks of the world. */
export type Net = {
  fetch: (url: string, init?: RequestInit) => Promise<Response>
  /** Both versions; none when the name does not resolve. */
  addressesOf(host: string): Promise<string[]>
  /** What the name stands for; none when it stands for itself. */
  cnamesOf(host: string): Promise<string[]>
}

const orNone = (asked: Promise<string[]>): Promise<string[]> => asked.catch(() => [])

export const systemNet: Net = {
  fetch: (url, init) => fetch(url, init),
  addressesOf: async (host) => (await Promise.all([orNone(resolve4(host)), orNone(resolve6(host))])).flat(),
  cnamesOf: (host) => orNone(resolveCname(host)),
}
