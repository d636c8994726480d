import { MAX_ITEMS, retryAfterMs } from '@wmkt/protocol'
import { type News, newsOf, newsOfReceipt } from './news.ts'
import { fitting, MAX_BATCH_BYTES } from './post.ts'
import type { Row } from './row.ts'

/** What `drain` answers when nothing is left. */
export const EMPTY = -1

/**
 * Peek, deliver, settle, until the lane is empty. A body that is too large is halved, down to the one item at fault.
 * Only a receipt settles: a 2xx of some other kind (a captive portal) does not. Rejects on faults of network and disk.
 *
 * @param settle forgets the rows, then tells what became of them
 * @param stopped the lock is gone, or consent: take no more
 * @returns `EMPTY`, or ms that the relay asked to wait, 0 when it named none
 */
export const drain = async (
  peek: (limit: number) => Promise<Row[]>,
  deliver: (rows: Row[]) => Promise<Response>,
  settle: (rows: Row[], news: News[]) => Promise<void>,
  stopped: () => boolean,
): Promise<number> => {
  let half = 0
  for (;;) {
    const rows = fitting(await peek(half || MAX_ITEMS), MAX_BATCH_BYTES, true)
    const [first] = rows
    if (!first || stopped()) return EMPTY
    const response = await deliver(rows)
    const { status } = response
    half = 0
    if (status === 202) await settle(rows, newsOfReceipt(rows, await response.json()))
    else if (status !== 413) return retryAfterMs(response.headers.get('Retry-After'), Date.now()) ?? 0
    else {
      half = rows.length >> 1
      if (!half) await settle(rows, [newsOf(first, 'rejected', 'BODY_TOO_LARGE')])
    }
  }
}
