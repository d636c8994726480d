import { MAX_ITEMS } from '@wmkt/protocol'
import { endingsOf, type ItemNews, newsOf } from './ending.ts'
import type { Outcome } from './post.ts'
import type { Row } from './row.ts'

/** What a drain works on: the page's outbox or the worker's. */
export type Lane = {
  peek(limit: number): Promise<Row[]>
  deliver(rows: Row[]): Promise<Outcome>
  /** Forgets the rows, then tells what became of them. */
  settle(rows: Row[], news: ItemNews[]): Promise<void>
}

/**
 * Peek, deliver, settle, until the lane is empty. A body that is too large is halved, down to the one item at fault.
 *
 * @param stopped tells that the drain must take no more: its lock is gone, or consent is
 * @returns the outcome that stopped it, undefined when nothing is left
 */
export const drain = async (lane: Lane, stopped: () => boolean): Promise<Outcome | undefined> => {
  let limit = MAX_ITEMS
  for (;;) {
    const rows = await lane.peek(limit)
    const [first] = rows
    if (!first || stopped()) return undefined
    const outcome = await lane.deliver(rows)
    if (outcome.receipt) {
      await lane.settle(rows, endingsOf(rows, outcome.receipt))
      limit = Math.min(MAX_ITEMS, limit * 2)
    } else if (outcome.status !== 413) return outcome
    else if (rows.length > 1) limit = rows.length >> 1
    else await lane.settle(rows, [newsOf(first.key, 'rejected', 'BODY_TOO_LARGE')])
  }
}
