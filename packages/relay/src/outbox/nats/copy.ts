import type { ItemHead } from './frame.ts'
import type { ItemRecord } from './item-record.ts'

/**
 * What the copies of an item are called, and what that says. A put draws a name without a dot; what is put beside it on
 * purpose is named after what it was made from. A nonce is in round 0 by its put, and in one more by each redrive.
 */
type Named = { copy?: string | undefined }

/** Made from the dead letter of the round before. */
export const redrivenFor = (round: number): string => `again.${round}`

/** Made from a copy that lies under this sequence number, and in the same round. */
export const requeuedFrom = (head: Named, seq: number): string => {
  const round = roundOf(head)
  return round === 0 ? `requeued.${seq}` : `${redrivenFor(round)}.requeued.${seq}`
}

export const roundOf = ({ copy }: Named): number => Number(/^again\.(\d+)(?:\.|$)/.exec(copy ?? '')?.[1] ?? 0)

export const isNamedCopy = ({ copy }: Named): boolean => copy?.includes('.') ?? false

/** Whether it lies in the work queue beside the item that its nonce was recorded with. */
export const isCopy = ({ head, seq }: { head: ItemHead; seq: number }, record: ItemRecord): boolean =>
  head.fingerprint !== record.fingerprint || (record.seq !== undefined && record.seq !== seq)

/**
 * Whether it is of a round that ended in a letter which was redriven since. The redrive puts an item of its own: were
 * this one delivered in its place, a letter would have come back without an item, and the counts be one off.
 */
export const isOfBefore = (head: Named, { round = 0 }: ItemRecord): boolean => roundOf(head) < round
