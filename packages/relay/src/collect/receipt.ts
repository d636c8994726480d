import { ITEM_CODES, type Receipt, type Rejection } from '@wmkt/protocol'
import type { NewEntry, PutOutcome } from '../outbox/outbox.ts'
import type { Hold } from '../schema/hold.ts'

/** What the outbox made of the entries, and what never reached it → the receipt. */
export const receiptOf = (
  entries: readonly NewEntry[],
  outcomes: readonly PutOutcome[],
  rejected: readonly Rejection[],
  holds?: ReadonlyMap<number, Hold>,
): Receipt => {
  const receipt: Receipt = { accepted: 0, duplicates: 0, rejected: [...rejected], held: [] }
  for (let at = 0; at < entries.length; at += 1) {
    const outcome = outcomes[at]
    const { index, nonce } = entries[at] as NewEntry
    if (outcome === 'accepted') {
      receipt.accepted += 1
      const hold = holds?.get(index)
      if (hold) receipt.held.push({ nonce, ...hold })
    } else if (outcome === 'duplicate') receipt.duplicates += 1
    else receipt.rejected.push({ index, nonce, code: 'NONCE_CONFLICT', message: ITEM_CODES.NONCE_CONFLICT })
  }
  receipt.rejected.sort((a, b) => a.index - b.index)
  return receipt
}
