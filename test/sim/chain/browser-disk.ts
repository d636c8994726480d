import type { Row } from '../../../packages/tag/src/row.ts'
import { oneOf } from '../../support/seeded.ts'
import { OUTSIDE, type World } from '../world.ts'
import type { Mortal } from './mortal.ts'
import type { Weather } from './weather.ts'

/** IndexedDB, as much of it as the tag uses: one store, shared by all pages of a browser, its transactions one by one. */
type Key = string | number | readonly Key[]
type Range = { lower: readonly Key[]; upper?: readonly Key[] }
type Asked = { result: unknown }
type Operation = (rows: Row[]) => void
type Transaction = {
  page: Mortal
  connection: Connection
  operations: Operation[]
  oncomplete?: () => void
  onabort?: () => void
  error?: Error
}
type Connection = { lost: boolean }

const rankOf = (key: Key): number => (typeof key === 'number' ? 0 : typeof key === 'string' ? 1 : 2)

export const compareKeys = (a: Key, b: Key): number => {
  if (typeof a !== 'object' || typeof b !== 'object')
    return rankOf(a) - rankOf(b) || (a < b ? -1 : a > b ? 1 : 0)
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const order = compareKeys(a[at] ?? 0, b[at] ?? 0)
    if (order !== 0) return order
  }
  return a.length - b.length
}

export const RANGES = {
  bound: (lower: readonly Key[], upper: readonly Key[]): Range => ({ lower, upper }),
  lowerBound: (lower: readonly Key[]): Range => ({ lower }),
}

const isIn = ({ lower, upper }: Range, { key }: Row): boolean =>
  compareKeys(key, lower) >= 0 && (!upper || compareKeys(key, upper) <= 0)

/** Copied, as storing copies: the page goes on changing its own. */
const putRow = (rows: Row[], row: Row) => {
  const at = rows.findIndex(({ key }) => compareKeys(key, row.key) >= 0)
  const place = at < 0 ? rows.length : at
  const isThere = at >= 0 && compareKeys(rows[at]?.key ?? [], row.key) === 0
  rows.splice(place, isThere ? 1 : 0, row)
}

const removeRows = (rows: Row[], isGone: (row: Row) => boolean) => {
  for (let at = rows.length - 1; at >= 0; at -= 1) if (isGone(rows[at] as Row)) rows.splice(at, 1)
}

const storeOf = (transaction: Transaction) => {
  const ask = (read: (rows: Row[]) => unknown): Asked => {
    const asked: Asked = { result: undefined }
    if (transaction.page.act())
      transaction.operations.push((rows) => {
        asked.result = read(rows)
      })
    return asked
  }
  return {
    transaction,
    put: (row: Row) => {
      const copy: Row = { ...row, key: [...row.key] }
      return ask((rows) => putRow(rows, copy))
    },
    delete: (gone: Range | Row['key']) =>
      ask((rows) =>
        removeRows(rows, (row) =>
          'lower' in gone ? isIn(gone, row) : compareKeys(row.key, gone as Key) === 0,
        ),
      ),
    getAll: (range: Range, limit: number) =>
      ask((rows) =>
        rows
          .filter((row) => isIn(range, row))
          .slice(0, limit)
          .map((row) => ({ ...row })),
      ),
    count: (range: Range) => ask((rows) => rows.filter((row) => isIn(range, row)).length),
    getKey: (range: Range) => ask((rows) => rows.find((row) => isIn(range, row))?.key),
  }
}

export interface BrowserDisk {
  /** `indexedDB` of a page. */
  factoryFor(page: Mortal): unknown
  rows(): readonly Row[]
  /** All rows there ever were, by their unique part. */
  ever(): ReadonlyMap<string, Row>
  /** Transactions under way. */
  pending(): number
  /** Whether the page was ever refused: it may go on in memory. */
  hasRefused(page: Mortal): boolean
  /** The device goes dark: of what was not yet flushed, a beginning survives. Returns the rows that are gone by that. */
  powerCut(): Row[]
}

const WRITING_MS = 30
/** The operating system writes behind the browser's back: relaxed durability, as is the default. */
const FLUSHING_MS = 10_000

export const createBrowserDisk = (world: World, weather: () => Weather): BrowserDisk => {
  const { random } = world
  let rows: Row[] = []
  let flushed: Row[] = []
  let journal: Operation[][] = []
  const queue: Transaction[] = []
  const ever = new Map<string, Row>()
  const refused = new Set<Mortal>()
  const cutOff = new Set<Mortal>()

  const flush = () => {
    flushed = [...rows]
    journal = []
  }
  const write = ({ operations }: Transaction) => {
    for (const operation of operations) operation(rows)
    for (const row of rows) ever.set(row.key[2], row)
    if (journal.length === 0) world.plan(OUTSIDE, random() * FLUSHING_MS, flush)
    journal.push(operations)
  }
  const refuse = (transaction: Transaction, error: string) => {
    refused.add(transaction.page)
    transaction.error = Object.assign(new Error(error), { name: error })
    transaction.page.plan(0, () => transaction.onabort?.())
  }
  /** A page that died takes along what the storage had not begun with, and all that came after. */
  const isCutOff = ({ page }: Transaction): boolean => {
    if (!page.being.alive && random() < 0.5) cutOff.add(page)
    return cutOff.has(page)
  }
  const next = () => {
    const transaction = queue.shift()
    if (!transaction || isCutOff(transaction)) return
    const { aborted, severed } = weather().disk
    const chance = random()
    if (transaction.connection.lost || chance < aborted)
      return refuse(transaction, oneOf(random, 'AbortError', 'QuotaExceededError', 'UnknownError'))
    write(transaction)
    if (chance > aborted + severed) transaction.page.plan(0, () => transaction.oncomplete?.())
    else {
      transaction.connection.lost = true
      refuse(transaction, 'AbortError')
    }
  }
  const connect = (page: Mortal) => {
    const connection: Connection = { lost: false }
    const db = {
      close: () => {},
      createObjectStore: () => {},
      transaction() {
        if (connection.lost)
          throw Object.assign(new Error('closing'), { name: 'InvalidStateError', code: 11 })
        const transaction: Transaction & { db: unknown } = { page, connection, operations: [], db }
        if (page.act()) {
          queue.push(transaction)
          // One after the other: whichever step comes first takes the first in the queue.
          world.plan(OUTSIDE, random() * WRITING_MS, next)
        }
        return { objectStore: () => storeOf(transaction) }
      },
    }
    return db
  }
  const open = (page: Mortal) => {
    type Opening = { result: unknown; onupgradeneeded?: () => void; onsuccess?: () => void }
    const request: Opening = { result: connect(page) }
    page.plan(random() * WRITING_MS, () => {
      request.onupgradeneeded?.()
      request.onsuccess?.()
    })
    return request
  }
  return {
    factoryFor: (page) => ({ open: () => open(page) }),
    rows: () => rows,
    ever: () => ever,
    pending: () => queue.length,
    hasRefused: (page) => refused.has(page),
    powerCut() {
      const before = rows
      rows = [...flushed]
      const survives = Math.floor(random() * (journal.length + 1))
      for (const operations of journal.slice(0, survives)) for (const operation of operations) operation(rows)
      flush()
      queue.length = 0
      return before.filter(({ key }) => !rows.some((row) => compareKeys(row.key, key) === 0))
    },
  }
}
