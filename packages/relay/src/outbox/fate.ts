import type { Kind } from '@wmkt/protocol'
import { decodeBatch } from './batch-record.ts'
import { deliveredKey, nonceKey, seqKey, unitKey } from './keys.ts'
import type { LaneTable } from './lane-table.ts'
import { findLetter } from './letters.ts'
import type { NonceMemory } from './nonce-memory.ts'
import type { Remembered } from './nonce-row.ts'
import type { Fate } from './outbox.ts'
import type { Tables } from './store.ts'
import { decodeUnit, entryIn } from './unit.ts'

type Memory = {
  tables: Tables
  lanes: LaneTable
  nonces: NonceMemory
  /** Of the nonce memory: 0 or 1. */
  generation: number
}

/** What became of one nonce of one kind, as far as it is remembered. */
export const fateOf = (
  { tables, lanes, nonces, generation }: Memory,
  kind: Kind,
  nonce: string,
): Fate | undefined => {
  const key = nonceKey(kind, nonce)
  if (!key) return undefined
  const where = nonces.recall(generation, key)
  const held = where && heldFate(tables, lanes, where)
  if (held) return held
  const buried = findLetter(tables.letters, nonce, kind)
  if (buried) {
    const { code, message, buriedAt } = buried.letter
    return { state: 'buried', code, message, buriedAt }
  }
  return where && (deliveredFate(tables, where) ?? { state: 'settled' })
}

const heldFate = (tables: Tables, lanes: LaneTable, { seq, index }: Remembered): Fate | undefined => {
  const batch = tables.batches.getBinary(seqKey(seq))
  const slot = batch && decodeBatch(batch).entries.find((entry) => entry.index === index)?.slot
  if (slot === undefined) return undefined
  const unit = tables.units.getBinary(unitKey(slot, seq))
  const entry = unit && entryIn(decodeUnit(unit), index)
  const lane = lanes.nameOf(slot)
  return entry && lane !== undefined ? { state: 'held', lane, attempts: entry.attempts } : undefined
}

const deliveredFate = (tables: Tables, { seq, index }: Remembered): Fate | undefined => {
  const bytes = tables.delivered.getBinary(deliveredKey(seq, index))
  if (!bytes) return undefined
  const deliveredAt = bytes.readDoubleBE(0)
  const upstreamId = bytes.toString('utf8', 8)
  return upstreamId === ''
    ? { state: 'delivered', deliveredAt }
    : { state: 'delivered', deliveredAt, upstreamId }
}
