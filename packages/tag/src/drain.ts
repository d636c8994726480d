import { MAX_ITEMS, retryAfterMs } from '@wmkt/protocol'
import { type News, newsOf, newsOfReceipt } from './news.ts'
import type { Row } from './row.ts'

/** What a drain works on: the page's outbox, or the worker's. */
export type Lane = {
  peek(limit: number): Promise<Row[]>
  deliver(rows: Row[]): Promise<Response>
  /** Forgets the rows, then tells what became of them. */
  settle(rows: Row[], news: News[]): Promise<void>
}

/**
 * Peek, deliver, settle, until the lane is empty. A body that is too large is halved, down to the one item at fault.
 * Only a receipt settles: a 2xx of some other kind (a captive portal) does not. Rejects on faults of network and disk.
 *
 * @param stopped the lock is gone, or consent: take no more
 * @returns undefined when nothing is left; else ms that the relay asked to wait, 0 when it named none
 */
export const drain = async (lane: Lane, stopped: () => boolean): Promise<number | undefined> => {
  let half = 0
  for (;;) {
    const rows = await lane.peek(half || MAX_ITEMS)
    const [first] = rows
    if (!first || stopped()) return undefined
    const response = await lane.deliver(rows)
    const tooLarge = response.status === 413
    half = tooLarge ? rows.length >> 1 : 0
    if (response.status === 202) await lane.settle(rows, newsOfReceipt(rows, await response.json()))
    else if (!tooLarge) return retryAfterMs(response.headers.get('Retry-After'), Date.now()) ?? 0
    else if (!half) await lane.settle(rows, [newsOf(first, 'rejected', 'BODY_TOO_LARGE')])
  }
}
