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
 * Rows in a ring. A number is never used again, so that what the ring has overwritten is known by its number. Thousands
 * come in a second: objects and texts would all live long enough to be carried over, and cost more than all that is done
 * with them. Few are ever looked for: of each hash, the number of the last row that has it is found out when that happens,
 * and each row names the one before it.
 */
const createUuids = (most: number) => {
  /** One more, which is being written. */
  const size = most + 1
  const rows = Buffer.alloc(size * ROW_BYTES)
  const wanted = Buffer.alloc(UUID_BYTES)
  const before = new Float64Array(size)
  const bits = Math.ceil(Math.log2(2 * most))
  const lastOf = new Float64Array(2 ** bits).fill(-1)
  let next = 0
  /** Rows from here on are not in the index yet. */
  let indexed = 0
  const placeOf = (number: number): number => (number % size) * ROW_BYTES
  const oldest = (): number => Math.max(0, next - most)
  const hash = (bytes: Buffer, at: number): number => {
    const mixed =
      bytes.readInt32BE(at) ^
      bytes.readInt32BE(at + 4) ^
      bytes.readInt32BE(at + 8) ^
      bytes.readInt32BE(at + 12)
    return Math.imul(mixed, 0x9e3779b1) >>> (32 - bits)
  }
  const index = () => {
    for (let number = Math.max(indexed, oldest()); number < next; number += 1) {
      const slot = hash(rows, placeOf(number))
      before[number % size] = lastOf[slot] ?? -1
      lastOf[slot] = number
    }
    indexed = next
  }
  const isAt = (at: number): boolean => rows.compare(wanted, 0, UUID_BYTES, at, at + UUID_BYTES) === 0
  /** Where the row is that has the id that is wanted. */
  const find = (): number | undefined => {
    index()
    for (let number = lastOf[hash(wanted, 0)] ?? -1; number >= oldest(); number = before[number % size] ?? -1)
      if (isAt(placeOf(number))) return placeOf(number)
    return undefined
  }
  return {
    /** False when one of the two is no UUID. */
    add(upstreamId: string, { nonce, deliveredAt }: Delivery): boolean {
      const at = placeOf(next)
      if (!writeUuid(upstreamId, rows, at) || !writeUuid(nonce, rows, at + NONCE_AT)) return false
      rows.writeDoubleLE(deliveredAt, at + TIME_AT)
      next += 1
      return true
    },
    get(upstreamId: string): Delivery | undefined {
      const at = writeUuid(upstreamId, wanted, 0) ? find() : undefined
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
