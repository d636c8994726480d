import { openDisk } from './disk.ts'
import { type News, newsOf } from './news.ts'
import type { Row } from './row.ts'
import { askRows, deleteRows, MAX_ROWS, oldOf, rangeOf } from './rows.ts'

const idOf = ({ kind, nonce }: News): string => kind + nonce

/**
 * The page's outbox: the disk's rows, and in memory the page's own. The memory serves the copy at hide, the wait for consent, and
 * takes over for the rest of the page view when the disk refuses.
 *
 * @param tell hears what becomes of rows; `heard` when another tab or the worker has told it
 */
export const openOutbox = (lane: string, tell: (news: News[], heard?: boolean) => void) => {
  const disk = openDisk()
  /** What this page has recorded and has not yet heard the ending of. */
  const own = new Map<string, Row>()
  /** What the relay is told of this outbox. */
  const frame: { evicted: number; storage: 'disk' | 'memory' } = { evicted: 0, storage: 'disk' }
  let burst: Row[] = []
  let writing: Promise<unknown> | undefined

  /** Undefined when the disk refuses. */
  const onDisk = async <T>(work: (store: IDBObjectStore) => T): Promise<T | undefined> => {
    try {
      if (frame.storage === 'disk') return await disk(work)
    } catch {
      frame.storage = 'memory'
    }
    return undefined
  }

  /** All rows of one task share one transaction. */
  const write = async () => {
    await undefined
    const rows = burst
    burst = []
    writing = undefined
    await onDisk((store) => {
      for (const row of rows) store.put(row, row.key)
    })
  }

  const finish = (news: News[], heard?: boolean): void => {
    for (const one of news) own.delete(idOf(one))
    tell(news, heard)
  }

  const settle = async (rows: Row[], news: News[]): Promise<void> => {
    await onDisk(deleteRows(rows))
    finish(news)
  }

  const evict = (rows: Row[]): Promise<void> => {
    frame.evicted += rows.length
    return settle(
      rows,
      rows.map((row) => newsOf(row, 'evicted')),
    )
  }

  const peek = async (limit: number): Promise<Row[]> => {
    // What the last task has changed, such as a late tracker ID, is written first.
    await writing
    const asked = await onDisk(askRows(lane, limit))
    if (!asked) return [...own.values()].slice(0, limit)
    const rows = asked[0].result
    const old = oldOf(rows, asked[1].result, Date.now())
    if (!old[0]) return rows
    await evict(old)
    return peek(limit)
  }

  return {
    own,
    frame,
    finish,
    settle,
    peek,
    keep(row: Row): void {
      own.set(idOf(row), row)
      const [oldest] = own.values()
      if (oldest && own.size > MAX_ROWS) void evict([oldest])
    },
    /** Resolves when the row is on disk, or the disk has refused. */
    save(row: Row): Promise<unknown> {
      burst.push(row)
      writing ??= write()
      return writing
    },
    erase(): void {
      finish([...own.values()].map((row) => newsOf(row, 'dropped', 'CONSENT_DENIED')))
      burst = []
      void onDisk((store) => store.delete(rangeOf(lane)))
    },
  }
}
