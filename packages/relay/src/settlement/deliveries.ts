import type { Delivery } from './join.ts'

/** The last deliveries by the upstream's id: what was delivered longer ago, or before a restart, is found by its nonce. */
export interface Deliveries {
  add(upstreamId: string, delivery: Delivery): void
  get(upstreamId: string): Delivery | undefined
}

/** About 20 MB. */
const MAX_REMEMBERED = 100_000

/**
 * In two halves, the older of which is forgotten as a whole. A Map that forgets its oldest one by one has to step, each
 * time, over all it has forgotten.
 */
export const createDeliveries = (most = MAX_REMEMBERED): Deliveries => {
  let older = new Map<string, Delivery>()
  let newer = new Map<string, Delivery>()
  return {
    add(upstreamId, delivery) {
      if (newer.size >= most / 2) {
        older = newer
        newer = new Map()
      }
      newer.set(upstreamId, delivery)
    },
    get: (upstreamId) => newer.get(upstreamId) ?? older.get(upstreamId),
  }
}
