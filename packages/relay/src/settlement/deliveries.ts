import { readUuid, UUID_BYTES, writeUuid } from '../uuid-bytes.ts'
import type { Delivery } from './join.ts'

/** The last deliveries by the upstream's id: what was delivered longer ago, or before a restart, is found by its nonce. */
export interface Deliveries {
  add(upstreamId: string, delivery: Delivery): void
  get(upstreamId: string): Delivery | undefined
}

/** About 6 MB. */
const MAX_REMEMBERED = 100_000

/** Ids and nonces are UUIDs, but for those of a sender or an upstream that does otherwise. */
export const createDeliveries = (most = MAX_REMEMBERED): Deliveries => {
  const uuids = createUuids(most)
  const others = createOthers(most)
  return {
    add(upstreamId, delivery) {
      if (!uuids.add(upstreamId, delivery)) others.add(upstreamId, delivery)
    },
    get: (upstreamId) => uuids.get(upstreamId) ?? others.get(upstreamId),
  }
}

const NONCE_AT = UUID_BYTES
const TIME_AT = 2 * UUID_BYTES
const ROW_BYTES = TIME_AT + 8

/**
 * Rows in a ring, and of each hash the number of the last row that has it; each row names the one before it. A number is
 * never used again, so that what the ring has overwritten is known by its number. Thousands come in a second: objects and
 * texts would all live long enough to be carried over, and cost more than all that is done with them.
 */
const createUuids = (most: number) => {
  const rows = Buffer.alloc(most * ROW_BYTES)
  const before = new Float64Array(most)
  const bits = Math.ceil(Math.log2(2 * most))
  const lastOf = new Float64Array(2 ** bits).fill(-1)
  const row = Buffer.alloc(ROW_BYTES)
  let next = 0
  const hash = (): number => {
    const mixed = row.readInt32BE(0) ^ row.readInt32BE(4) ^ row.readInt32BE(8) ^ row.readInt32BE(12)
    return Math.imul(mixed, 0x9e3779b1) >>> (32 - bits)
  }
  const isAt = (at: number): boolean => rows.compare(row, 0, UUID_BYTES, at, at + UUID_BYTES) === 0
  /** Where the row is that has the id of `row`. */
  const find = (): number | undefined => {
    const oldest = Math.max(0, next - most)
    for (let number = lastOf[hash()] ?? -1; number >= oldest; number = before[number % most] ?? -1)
      if (isAt((number % most) * ROW_BYTES)) return (number % most) * ROW_BYTES
    return undefined
  }
  return {
    /** False when one of the two is no UUID. */
    add(upstreamId: string, { nonce, deliveredAt }: Delivery): boolean {
      if (!writeUuid(upstreamId, row, 0) || !writeUuid(nonce, row, NONCE_AT)) return false
      row.writeDoubleLE(deliveredAt, TIME_AT)
      const slot = hash()
      rows.set(row, (next % most) * ROW_BYTES)
      before[next % most] = lastOf[slot] ?? -1
      lastOf[slot] = next
      next += 1
      return true
    },
    get(upstreamId: string): Delivery | undefined {
      const at = writeUuid(upstreamId, row, 0) ? find() : undefined
      return at === undefined
        ? undefined
        : { nonce: readUuid(rows, at + NONCE_AT), deliveredAt: rows.readDoubleLE(at + TIME_AT) }
    },
  }
}

/**
 * In two halves, the older of which is forgotten as a whole. A Map that forgets its oldest one by one has to step, each
 * time, over all it has forgotten.
 */
const createOthers = (most: number): Deliveries => {
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
