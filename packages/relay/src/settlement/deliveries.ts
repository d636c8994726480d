import type { Delivery } from './join.ts'

/** The last deliveries by the upstream's id: what was delivered longer ago, or before a restart, is found by its nonce. */
export interface Deliveries {
  add(upstreamId: string, delivery: Delivery): void
  get(upstreamId: string): Delivery | undefined
}

/** About 20 MB. */
const MAX_REMEMBERED = 100_000

export const createDeliveries = (most = MAX_REMEMBERED): Deliveries => {
  const remembered = new Map<string, Delivery>()
  return {
    add(upstreamId, delivery) {
      remembered.delete(upstreamId)
      remembered.set(upstreamId, delivery)
      if (remembered.size <= most) return
      for (const oldest of remembered.keys()) {
        remembered.delete(oldest)
        return
      }
    },
    get: (upstreamId) => remembered.get(upstreamId),
  }
}
