import type { ItemHead } from './frame.ts'
import { freshState, type HeldState, type ItemRecord } from './item-record.ts'
import { NONCE_MS } from './streams.ts'

/**
 * A young item that comes before its nonce is given back for a moment: whoever put it is about to write that. Otherwise
 * two would write it first, and a server of a cluster that had to refuse the one counts otherwise than the others after
 * its next start (2.9.10). After ten seconds, longer than a put is tried, its relay is dead and will not write it.
 */
const YOUNG_MS = 10_000

export const isYoung = ({ receivedAt }: Pick<ItemHead, 'receivedAt'>, now: number): boolean =>
  Math.abs(now - receivedAt) < YOUNG_MS

/**
 * The relay that took the item has not written its nonce, or never will. Or the nonce was forgotten in the thirty days
 * the item has waited: then nobody knows of an attempt that was begun, and what must not be repeated is in doubt.
 */
export const unknownRecord = (
  { kind, lane, fingerprint, receivedAt }: ItemHead,
  now: number,
): ItemRecord & HeldState => ({
  ...freshState(lane),
  attempting: kind === 'interaction' && now - receivedAt > NONCE_MS,
  fingerprint,
  by: '',
})
