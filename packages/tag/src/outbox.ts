import { openDisk } from './disk.ts'
import { type News, newsOf } from './news.ts'
import type { Frame } from './post.ts'
import type { Row } from './row.ts'
import { deleteRows, MAX_ROWS, oldestRows, oldOf, rangeOf } from './rows.ts'

const idOf = ({ kind, nonce }: News): string => kind + nonce

/**
 * The page's outbox: the disk's rows, and in memory the page's own. The memory serves the copy at hide, the wait for consent, and
 * takes over for the rest of the page view when the disk refuses.
 */
export const openOutbox = (lane: string, tell: (news: News[]) => void, spread: (news: News[]) => void) => {
  const disk = openDisk()
  /** What this page has recorded and has not yet heard the ending of. */
  const own = new Map<string, Row>()
  const frame: Frame = { evicted: 0, storage: 'disk' }
  let burst = new Set<Row>()
  let writing: Promise<unknown> | undefined

  const onDisk = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return frame.storage === 'disk' ? await work() : undefined
    } catch {
      frame.storage = 'memory'
      return undefined
    }
  }

  const write = (): Promise<unknown> => {
    const rows = burst
    burst = new Set()
    writing = undefined
    return onDisk(() =>
      disk((store) => {
        for (const row of rows) store.put(row, row.key)
      }),
    )
  }

  /** What another tab or the worker has told is not told back. */
  const hear = (news: News[]): void => {
    for (const one of news) own.delete(idOf(one))
    tell(news)
  }
  const end = (news: News[]): void => {
    hear(news)
    spread(news)
  }

  const settle = async (rows: Row[], news: News[]): Promise<void> => {
    await onDisk(() => deleteRows(disk, rows))
    end(news)
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
    const found = await onDisk(() => oldestRows(disk, lane, limit))
    if (!found) return [...own.values()].slice(0, limit)
    const old = oldOf(found.rows, found.count, Date.now())
    if (!old[0]) return found.rows
    await evict(old)
    return peek(limit)
  }

  return {
    own,
    frame,
    end,
    hear,
    settle,
    add(row: Row): void {
      own.set(idOf(row), row)
      const [oldest] = own.values()
      if (oldest && own.size > MAX_ROWS) void evict([oldest])
    },
    /** Resolves when the row is on disk, or the disk has refused. All rows of one task share one transaction. */
    put(row: Row): Promise<unknown> {
      burst.add(row)
      writing ??= Promise.resolve().then(write)
      return writing
    },
    peek,
    erase(): void {
      end([...own.values()].map((row) => newsOf(row, 'dropped', 'CONSENT_DENIED')))
      burst.clear()
      void onDisk(() => disk((store) => store.delete(rangeOf(lane))))
    },
  }
}
