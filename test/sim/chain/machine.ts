import type { Store, Table, Tables } from '../../../packages/relay/src/outbox/lmdb/store.ts'
import type { World } from '../world.ts'
import { type Mortal, NEVER } from './mortal.ts'
import type { Weather } from './weather.ts'

type Row = { key: string; value: Buffer }
type Range = { start?: Buffer; end?: Buffer; limit?: number; reverse?: boolean }
type Change = () => void

const NAMES = [
  'batches',
  'units',
  'lanes',
  'noncePages',
  'nonceRuns',
  'journal',
  'delivered',
  'untold',
  'letters',
  'expiry',
  'books',
] as const satisfies (keyof Tables)[]

/** A key as text that sorts as its bytes do. */
const textOf = (key: Buffer): string => key.toString('latin1')
const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')

/** One table in memory; what is put into it is gathered by whoever commits. */
const createTable = (gather: (change: Change) => void) => {
  let rows: Row[] = []
  /** The first row not before the key. */
  const placeOf = (key: string): number => {
    let low = 0
    let high = rows.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((rows[middle]?.key ?? '') < key) low = middle + 1
      else high = middle
    }
    return low
  }
  const find = (key: Buffer): Row | undefined => {
    const text = textOf(key)
    const row = rows[placeOf(text)]
    return row?.key === text ? row : undefined
  }
  const change = (key: Buffer, value?: Buffer) => {
    const text = textOf(key)
    const at = placeOf(text)
    const before = rows[at]?.key === text ? 1 : 0
    rows.splice(at, before, ...(value ? [{ key: text, value }] : []))
  }
  const inRange = ({ start, end, limit = Number.POSITIVE_INFINITY, reverse }: Range = {}): Row[] => {
    const from = start ? placeOf(textOf(start)) : 0
    const found = rows.slice(from, end ? placeOf(textOf(end)) : rows.length)
    if (reverse) found.reverse()
    return found.slice(0, limit)
  }
  const get = (key: Buffer): Buffer | undefined => find(key)?.value
  return {
    getBinary: get,
    getBinaryFast: get,
    doesExist: (key: Buffer) => find(key) !== undefined,
    getRange: (range?: Range) => inRange(range).map(({ key, value }) => ({ key: bytesOf(key), value })),
    getKeys: (range?: Range) => inRange(range).map(({ key }) => bytesOf(key)),
    getStats: () => ({ entryCount: rows.length }),
    // Copied, as writing copies: slabs are written on.
    put(key: Buffer, value: Buffer) {
      const [ownKey, ownValue] = [Buffer.from(key), Buffer.from(value)]
      gather(() => change(ownKey, ownValue))
    },
    remove(key: Buffer) {
      const own = Buffer.from(key)
      gather(() => change(own))
    },
    clearAsync: () =>
      gather(() => {
        rows = []
      }),
  }
}

/** The machine that relays live and die on: what was synced stays, what was not stays or goes. */
export interface Machine {
  /** LMDB, as a process opens it: the outbox's own code over tables in memory. */
  openStore(process: Mortal): Store
}

const SYNC_MS = 20
const GIGABYTE = 2 ** 30

export const createMachine = (world: World, weather: () => Weather): Machine => {
  const { random } = world
  let gathered: Change[] = []
  const created = NAMES.map((name) => [name, createTable((change) => gathered.push(change))])
  // As much of LMDB's tables as the outbox asks of them.
  const tables = Object.fromEntries(created) as Record<keyof Tables, unknown> as Record<keyof Tables, Table>

  const commitFor = (process: Mortal) => {
    let unsynced: Change[] | undefined
    const apply = () => {
      for (const change of unsynced ?? []) change()
      unsynced = undefined
    }
    // All or nothing, as the file's pages change; which of them nobody knows.
    process.onEnd(() => {
      if (random() < 0.5) apply()
    })
    return (write: () => void): Promise<void> => {
      if (!process.act()) return NEVER
      gathered = []
      write()
      unsynced = gathered
      return new Promise((resolve, reject) => {
        process.plan(random() * SYNC_MS, () => {
          const { full, failed } = weather().store
          const chance = random()
          if (chance < full) {
            unsynced = undefined
            return reject(Object.assign(new Error('No space left on device'), { code: 28 }))
          }
          if (chance > full + failed || random() < 0.5) apply()
          unsynced = undefined
          if (chance > full + failed) resolve()
          else reject(Object.assign(new Error('Input/output error'), { code: 5 }))
        })
      })
    }
  }
  return {
    openStore: (process) => ({
      tables,
      commit: commitFor(process),
      space: () => ({ used: 0, file: 0, free: GIGABYTE, disk: GIGABYTE }),
      free: () => GIGABYTE,
      close: async () => {},
    }),
  }
}
