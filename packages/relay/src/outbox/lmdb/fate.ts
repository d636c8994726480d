import type { Kind } from '@wmkt/protocol'
import { nonceKey } from '../nonce-key.ts'
import type { Fate } from '../outbox.ts'
import { type OpenBatch, openBatch } from './batch-record.ts'
import { findDelivered } from './delivered.ts'
import { seqKey, unitKey } from './keys.ts'
import type { LaneTable } from './lane-table.ts'
import { findLetter } from './letters.ts'
import type { NonceMemory } from './nonces/nonce-memory.ts'
import type { Remembered } from './nonces/row.ts'
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
  const batch = where && batchAt(tables, where)
  const held = where && batch && heldFate(tables, lanes, batch, where)
  if (held) return held
  const buried = findLetter(tables.letters, nonce, kind)
  if (buried) {
    const { code, message, buriedAt } = buried.letter
    return { state: 'buried', code, message, buriedAt }
  }
  return where && ((batch && deliveredFate(tables, batch, where)) ?? { state: 'settled' })
}

const batchAt = ({ batches }: Tables, { seq }: Remembered): OpenBatch | undefined => {
  const bytes = batches.getBinary(seqKey(seq))
  return bytes && openBatch(bytes)
}

const heldFate = (
  tables: Tables,
  lanes: LaneTable,
  { group, entryAt }: OpenBatch,
  { seq, index }: Remembered,
): Fate | undefined => {
  const slot = entryAt(index)?.slot
  if (slot === undefined) return undefined
  const unit = tables.units.getBinary(unitKey(slot, group))
  const entry = unit && entryIn(decodeUnit(group, unit), seq, index)
  const lane = lanes.nameOf(slot)
  return entry && lane !== undefined ? { state: 'held', lane, attempts: entry.attempts } : undefined
}

const deliveredFate = (
  { delivered }: Tables,
  { group }: OpenBatch,
  { seq, index }: Remembered,
): Fate | undefined => {
  const row = findDelivered(delivered, group, seq, index)
  if (!row) return undefined
  const { at: deliveredAt, upstreamId } = row
  return upstreamId === ''
    ? { state: 'delivered', deliveredAt }
    : { state: 'delivered', deliveredAt, upstreamId }
}
