import type { Tally } from './report.ts'

/** What a contender says of nonces that did not arrive; of what it does not name it knows nothing any more. */
export type Account = { waiting: readonly string[]; setAside: readonly string[] }

export type Seen = {
  sent: number
  acknowledged: readonly string[]
  /** How often the upstream kept each nonce. */
  times: ReadonlyMap<string, number>
  account: Account
}

/** Each acknowledged event is in exactly one of `arrived`, `waiting`, `setAside` and `lost`. */
export const tallyOf = ({ sent, acknowledged, times, account }: Seen): Tally => {
  const missing = missingOf(acknowledged, times)
  const aside = new Set(account.setAside)
  const queued = new Set(account.waiting)
  const setAside = missing.filter((nonce) => aside.has(nonce)).length
  const waiting = missing.filter((nonce) => queued.has(nonce) && !aside.has(nonce)).length
  return {
    ...{ sent, acknowledged: acknowledged.length, arrived: acknowledged.length - missing.length },
    ...{ waiting, setAside, lost: missing.length - waiting - setAside },
    doubled: [...times.values()].filter((count) => count > 1).length,
  }
}

/** Those acknowledged that the upstream does not have. */
export const missingOf = (acknowledged: readonly string[], times: ReadonlyMap<string, number>): string[] =>
  acknowledged.filter((nonce) => !times.has(nonce))
