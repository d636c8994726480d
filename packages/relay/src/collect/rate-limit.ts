/**
 * A bucket per address, refilled at a steady pace (GCRA): all that is kept of an address is the time at which its
 * bucket will be full again. Charged after parsing, asked before the body is read.
 */
export interface RateLimit {
  /** Ms until the bucket is no longer empty; 0 when it is not. */
  emptyForMs(address: string, nowMs: number): number
  charge(address: string, items: number, nowMs: number): void
  size(): number
}

const MINUTE_MS = 60_000
/** Sums of parts of ms are not exact: who has waited as told must not be told to wait once more. */
const ROUNDING_MS = 1e-3
/** Addresses remembered; beyond it the oldest are forgotten, which only ever forgives. */
const MAX_ADDRESSES = 100_000

/** @param perMinute items a minute per address, and the size of the bucket; 0: no limit */
export const createRateLimit = (perMinute: number, maxAddresses = MAX_ADDRESSES): RateLimit => {
  const fullAt = new Map<string, number>()
  const msPerItem = perMinute > 0 ? MINUTE_MS / perMinute : 0
  return {
    emptyForMs: (address, nowMs) =>
      Math.max(0, Math.ceil((fullAt.get(address) ?? 0) - nowMs - MINUTE_MS + msPerItem - ROUNDING_MS)),
    charge(address, items, nowMs) {
      if (perMinute === 0) return
      const from = Math.max(nowMs, fullAt.get(address) ?? 0)
      fullAt.delete(address)
      fullAt.set(address, from + items * msPerItem)
      if (fullAt.size > maxAddresses) forgetOldest(fullAt, nowMs)
    },
    size: () => fullAt.size,
  }
}

/** A Map keeps the order of charging: the front has waited longest. One goes at least, and those full again with it. */
const forgetOldest = (fullAt: Map<string, number>, nowMs: number): void => {
  let least = 1
  for (const [address, at] of fullAt) {
    if (least-- <= 0 && at > nowMs) return
    fullAt.delete(address)
  }
}
