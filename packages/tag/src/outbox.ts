import type { Disk } from './disk.ts'
import { type ItemNews, newsOf } from './ending.ts'
import type { Row, RowKey } from './row.ts'
import { ackRows, eraseLane, MAX_ROWS, peekRows, putRows } from './rows.ts'

/** An item this page has recorded and of which it has not yet heard the ending. */
export type Own = Row & {
  /** Still without the tracker ID that may come. */
  untracked: boolean
  /** The disk would not take it: this memory is all that holds it. */
  loose?: boolean
  /** A copy has left at hide; a second would tell nothing new. */
  copied?: boolean
}

const idOf = ({ kind, nonce }: ItemNews): string => kind + nonce

/** The page's outbox: the disk's rows, and in memory the page's own, for the copy at hide and for where the disk refuses. */
export const openOutbox = (lane: string, disk: Disk, tell: (news: ItemNews[]) => void) => {
  const own = new Map<string, Own>()
  let burst: Own[] = []
  let gathering: Promise<void> | undefined
  let evicted = 0
  let storage: 'disk' | 'memory' = 'disk'

  const write = async (): Promise<void> => {
    const items = burst
    burst = []
    gathering = undefined
    try {
      await disk(putRows(items))
    } catch {
      storage = 'memory'
      for (const item of items) item.loose = true
    }
  }

  /** All items of one task share one transaction. */
  const put = (item: Own): Promise<void> => {
    burst.push(item)
    gathering ??= Promise.resolve().then(write)
    return gathering
  }

  const evict = (keys: RowKey[]): void => {
    evicted += keys.length
    if (keys[0]) tell(keys.map((key) => newsOf(key, 'evicted')))
  }

  const remember = (item: Own): void => {
    own.set(idOf(newsOf(item.key)), item)
    if (own.size <= MAX_ROWS) return
    for (const [id, oldest] of own) {
      own.delete(id)
      if (oldest.loose) evict([oldest.key])
      return
    }
  }

  return {
    own,
    put,
    remember,
    frame: () => ({ evicted, storage }),
    /** The relay has been told of this many evictions. */
    told(count: number) {
      evicted -= count
    },
    async peek(limit: number): Promise<Row[]> {
      const peeked = await disk(peekRows(lane, limit, Date.now())).catch(() => undefined)
      if (peeked) evict(peeked.evicted.map(({ key }) => key))
      const loose = [...own.values()].filter((item) => item.loose)
      return [...(peeked?.rows ?? []), ...loose].slice(0, limit)
    },
    async ack(rows: Row[]): Promise<void> {
      const kept = rows.filter(({ key }) => !own.get(idOf(newsOf(key)))?.loose)
      if (kept[0]) await disk(ackRows(kept))
    },
    forget(news: ItemNews[]): void {
      for (const one of news) own.delete(idOf(one))
    },
    async erase(): Promise<void> {
      burst = []
      own.clear()
      await disk(eraseLane(lane)).catch(() => {})
    },
  }
}
