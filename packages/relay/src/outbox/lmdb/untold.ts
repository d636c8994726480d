import type { Untold, UntoldDelivery } from '../outbox.ts'
import { openBatch } from './batch-record.ts'
import { decodeDelivered } from './delivered.ts'
import { HELPING } from './expiry.ts'
import { deliveredKey, seqKey, seqOfKey } from './keys.ts'
import { rememberLast } from './remember-last.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './store.ts'
import type { Transaction } from './transaction.ts'

/** Written with the acknowledgements themselves, under a number that only grows: no clock and no crash comes between. */
export const stageUntold = (stage: Stage, { untold }: Tables, stamp: number, groups: Iterable<number>) =>
  stage.append(untold, seqKey(stamp), Buffer.concat(Array.from(groups, seqKey)))

type Within = <T>(work: (transaction: Transaction) => T) => Promise<T>

export const createUntold = (tables: Tables, within: Within): Untold => {
  const first = (): UntoldDelivery | undefined => {
    for (const { deliveries } of rowsOf(tables)) if (deliveries[0]) return deliveries[0]
    return undefined
  }
  return {
    read(most) {
      const deliveries: UntoldDelivery[] = []
      let upTo = 0
      for (const row of rowsOf(tables)) {
        deliveries.push(...row.deliveries)
        upTo = row.stamp
        if (deliveries.length >= most) break
      }
      return { deliveries, upTo }
    },
    crossOut: (upTo) =>
      within(({ stage }) => {
        for (const key of tables.untold.getKeys({ end: seqKey(upTo + 1) })) stage.remove(tables.untold, key)
      }),
    oldestAt: () => first()?.deliveredAt,
  }
}

/** Crosses out what nobody was told of while it was kept, a helping at a time. Returns how many rows that were. */
export const forgetUntold = ({ stage, tables }: Transaction): number => {
  let count = 0
  for (const { key, value } of tables.untold.getRange({ limit: HELPING })) {
    const isKept = (group: number) => tables.delivered.doesExist(deliveredKey(group, seqOfKey(key)))
    if (groupsIn(value).some(isKept)) break
    stage.remove(tables.untold, key)
    count += 1
  }
  return count
}

const groupsIn = (value: Buffer): number[] =>
  Array.from({ length: value.length / 6 }, (_, at) => value.readUIntBE(6 * at, 6))

type Row = { stamp: number; deliveries: UntoldDelivery[] }

/** A row at a time, as far as somebody reads. A row whose deliveries are kept no longer has none. */
function* rowsOf(tables: Tables): Generator<Row> {
  const batchAt = rememberLast((seq) => {
    const bytes = tables.batches.getBinary(seqKey(seq))
    return bytes && openBatch(bytes)
  })
  const deliveriesOf = (group: number, stamp: number): UntoldDelivery[] => {
    const bytes = tables.delivered.getBinary(deliveredKey(group, stamp))
    if (!bytes) return []
    const { at: deliveredAt, entries } = decodeDelivered(group, bytes)
    return entries.flatMap(({ seq, index, upstreamId }) => {
      const batch = batchAt(seq)
      const named = batch?.entryAt(index)
      if (!batch || !named) return []
      const { kind, nonce } = named
      return [{ kind, nonce, deliveredAt, record: batch.record, index, ...(upstreamId && { upstreamId }) }]
    })
  }
  for (const { key, value } of tables.untold.getRange({})) {
    const stamp = seqOfKey(key)
    yield { stamp, deliveries: groupsIn(value).flatMap((group) => deliveriesOf(group, stamp)) }
  }
}
