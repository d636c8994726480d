import { createHash } from 'node:crypto'
import type { Kind } from '@wmkt/protocol'
import { fingerprintOf } from '../../../packages/relay/src/collect/fingerprint.ts'
import { laneOf } from '../../../packages/relay/src/outbox/lane.ts'
import type {
  DeadLetter,
  DeadLetterFilter,
  EraseRequest,
  EraseStep,
  Intake,
  NewEntry,
  Outbox,
  Picker,
} from '../../../packages/relay/src/outbox/outbox.ts'
import type { Single } from '../../../packages/relay/src/outbox/single.ts'
import { encodeRecord } from '../../../packages/relay/src/record.ts'

export type Wanted = { nonce: string; kind?: Kind; eventType?: string; content?: string }

const entryOf = (
  { nonce, kind = 'event', eventType = 'purchase', content = nonce }: Wanted,
  index: number,
) => ({
  index,
  kind,
  nonce,
  lane: kind === 'event' ? laneOf(kind, eventType) : laneOf(kind),
  fingerprint: createHash('sha256').update(content).digest().readUIntBE(0, 6),
})

/** A batch as collect would hand it over; its record is the text of what was wanted. */
export const intakeOf = (wanted: readonly (Wanted | string)[], receivedAt = 1_764_000_000_000): Intake => {
  const items = wanted.map((one) => (typeof one === 'string' ? { nonce: one } : one))
  const entries: NewEntry[] = items.map(entryOf)
  return { record: Buffer.from(JSON.stringify(items)), entries, receivedAt }
}

/** A batch of leads as collect hands it over: its record is one that the forwarder reads. */
export const batchOf = (
  wanted: readonly ({ nonce: string; data?: Record<string, string> } | string)[],
  receivedAt = 1_764_000_000_000,
): Intake => {
  const items = wanted.map((one) => {
    const { nonce, data = {} } = typeof one === 'string' ? { nonce: one } : one
    return { kind: 'event', nonce, eventType: 'lead', data } as const
  })
  return {
    record: encodeRecord({ receivedAt }, Buffer.from(JSON.stringify({ items }))),
    entries: items.map((item, index) => ({
      ...{ index, kind: item.kind, nonce: item.nonce, lane: laneOf(item.kind, item.eventType) },
      fingerprint: fingerprintOf(item),
    })),
    receivedAt,
  }
}

/** A record of `intakeOf` → that of one of its items. */
export const singleOf: Single = (record) => {
  const items: unknown[] = JSON.parse(Buffer.from(record).toString())
  return (index) => ({ record: Buffer.from(JSON.stringify([items[index]])), index: 0 })
}

/** Finds in such a record the items of these nonces, and takes them out. */
export const pickerOf = (...nonces: string[]): Picker => {
  const itemsIn = (record: Uint8Array): Wanted[] => JSON.parse(Buffer.from(record).toString())
  return {
    pick: (record) => itemsIn(record).flatMap(({ nonce }, index) => (nonces.includes(nonce) ? [index] : [])),
    without: (record, indexes) =>
      Buffer.from(
        JSON.stringify(
          itemsIn(record).map((item, index) => (indexes.includes(index) ? { nonce: '' } : item)),
        ),
      ),
  }
}

/** An erasure to its end, step by step. */
export const eraseAll = async (
  outbox: Outbox,
  picker: Picker,
  more: Partial<EraseRequest> = {},
): Promise<EraseStep> => {
  const sum = await outbox.erase({ picker, dryRun: false, ...more })
  for (let { next } = sum; next !== undefined; ) {
    const step = await outbox.erase({ picker, dryRun: false, ...more, after: next })
    for (const count of ['held', 'deadLetters', 'kept', 'underWay', 'unreadable', 'looked'] as const)
      sum[count] += step[count]
    next = step.next
  }
  return sum
}

/** The dead letters of any outbox. */
export const lettersOf = async (outbox: Outbox, filter?: DeadLetterFilter): Promise<DeadLetter[]> => {
  const letters: DeadLetter[] = []
  for await (const letter of outbox.deadLetters(filter)) letters.push(letter)
  return letters
}
