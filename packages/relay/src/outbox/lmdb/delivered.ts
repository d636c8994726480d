import { deliveredKey } from './keys.ts'
import type { Stage } from './stage.ts'
import type { Table } from './store.ts'

/** What one transaction delivered of a group of batches. */
export type DeliveredRow = {
  /** Epoch ms. */
  at: number
  entries: readonly DeliveredEntry[]
}
export type DeliveredEntry = { seq: number; index: number; upstreamId: string }

const FIXED = 8
const PER_ENTRY = 6
/** Of a group's rows, to begin a range with and to end it. */
export const MAX_STAMP = 2 ** 48 - 1

/** Layout: at f64, then seq beyond the group u16, index u16, length of the id u16, id. */
export const encodeDelivered = (group: number, { at, entries }: DeliveredRow): Buffer => {
  let length = FIXED
  for (const { upstreamId } of entries) length += PER_ENTRY + Buffer.byteLength(upstreamId)
  const bytes = Buffer.allocUnsafe(length)
  bytes.writeDoubleBE(at, 0)
  let to = FIXED
  for (const { seq, index, upstreamId } of entries) {
    const idBytes = bytes.write(upstreamId, to + PER_ENTRY)
    bytes.writeUInt16BE(seq - group, to)
    bytes.writeUInt16BE(index, to + 2)
    bytes.writeUInt16BE(idBytes, to + 4)
    to += PER_ENTRY + idBytes
  }
  return bytes
}

export const decodeDelivered = (group: number, bytes: Buffer): DeliveredRow => {
  const entries: DeliveredEntry[] = []
  for (let at = FIXED; at < bytes.length; ) {
    const end = at + PER_ENTRY + bytes.readUInt16BE(at + 4)
    const upstreamId = bytes.toString('utf8', at + PER_ENTRY, end)
    entries.push({ seq: group + bytes.readUInt16BE(at), index: bytes.readUInt16BE(at + 2), upstreamId })
    at = end
  }
  return { at: bytes.readDoubleBE(0), entries }
}

export const findDelivered = (
  table: Table,
  group: number,
  seq: number,
  index: number,
): { at: number; upstreamId: string } | undefined => {
  const range = { start: deliveredKey(group, 0), end: deliveredKey(group, MAX_STAMP) }
  for (const { value } of table.getRange(range)) {
    const { at, entries } = decodeDelivered(group, value)
    const entry = entries.find((one) => one.seq === seq && one.index === index)
    if (entry) return { at, upstreamId: entry.upstreamId }
  }
  return undefined
}

export const stageDelivered = (stage: Stage, table: Table, group: number, stamp: number, row: DeliveredRow) =>
  stage.append(table, deliveredKey(group, stamp), encodeDelivered(group, row))
