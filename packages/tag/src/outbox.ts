import { openDisk } from './disk.ts'
import { type News, newsOf } from './news.ts'
import type { Frame } from './post.ts'
import type { Row } from './row.ts'
import { MAX_ROWS, oldOf, rangeOf } from './rows.ts'

const idOf = ({ kind, nonce }: News): string => kind + nonce

/**
 * The page's outbox: the disk's rows, and in memory the page's own. The memory serves the copy at hide, the wait for consent, and
 * takes over for the rest of the page view when the disk refuses.
 */
export const openOutbox = (lane: string, tell: (news: News[]) => void) => {
  const disk = openDisk()
  /** What this page has recorded and has not yet heard the ending of. */
  const own = new Map<string, Row>()
  const frame: Frame = { evicted: 0, storage: 'disk' }
  let burst = new Set<Row>()
  let writing: Promise<unknown> | undefined

  const onDisk = async <T>(work: (store: IDBObjectStore) => T): Promise<T | undefined> => {
    try {
      return frame.storage === 'disk' ? await disk(work) : undefined
    } catch {
      frame.storage = 'memory'
      return undefined
    }
  }

  const write = (): Promise<unknown> => {
    const rows = burst
    burst = new Set()
    writing = undefined
    return onDisk((store) => {
      for (const row of rows) store.put(row, row.key)
    })
  }

  const end = (news: News[]): void => {
    for (const one of news) own.delete(idOf(one))
    tell(news)
  }

  const settle = async (rows: Row[], news: News[]): Promise<void> => {
    await onDisk((store) => {
      for (const { key } of rows) store.delete(key)
    })
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
    const asked = await onDisk((store): [IDBRequest<Row[]>, IDBRequest<number>] => [
      store.getAll(rangeOf(lane), limit),
      store.count(rangeOf(lane)),
    ])
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
    end,
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
      void onDisk((store) => store.delete(rangeOf(lane)))
    },
  }
}
