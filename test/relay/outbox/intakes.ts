import { createHash } from 'node:crypto'
import type { Kind } from '@wmkt/protocol'
import { laneOf } from '../../../packages/relay/src/outbox/lane.ts'
import type {
  DeadLetter,
  DeadLetterFilter,
  Intake,
  NewEntry,
  Outbox,
} from '../../../packages/relay/src/outbox/outbox.ts'
import type { Single } from '../../../packages/relay/src/outbox/single.ts'

export type Wanted = { nonce: string; kind?: Kind; eventType?: string; content?: string }

const entryOf = (
  { nonce, kind = 'event', eventType = 'purchase', content = nonce }: Wanted,
  index: number,
) => ({
  index,
  kind,
  nonce,
  lane: kind === 'event' ? laneOf(kind, eventType) : laneOf(kind),
  fingerprint: createHash('sha256').update(content).digest().subarray(0, 8),
})

/** A batch as collect would hand it over; its record is the text of what was wanted. */
export const intakeOf = (wanted: readonly (Wanted | string)[], receivedAt = 1_764_000_000_000): Intake => {
  const items = wanted.map((one) => (typeof one === 'string' ? { nonce: one } : one))
  const entries: NewEntry[] = items.map(entryOf)
  return { record: Buffer.from(JSON.stringify(items)), entries, receivedAt }
}

/** Such a record → that of one of its items. */
export const singleOf: Single = (record) => {
  const items: unknown[] = JSON.parse(Buffer.from(record).toString())
  return (index) => ({ record: Buffer.from(JSON.stringify([items[index]])), index: 0 })
}

/** The dead letters of any outbox. */
export const lettersOf = async (outbox: Outbox, filter?: DeadLetterFilter): Promise<DeadLetter[]> => {
  const letters: DeadLetter[] = []
  for await (const letter of outbox.deadLetters(filter)) letters.push(letter)
  return letters
}
