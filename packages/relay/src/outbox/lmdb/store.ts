import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, open } from 'lmdb'
import { PAGE_BYTES } from './page-file.ts'
import type { Space } from './room.ts'

export type Table = Database<Buffer, Buffer>

/** The tables, in one environment, so that one transaction changes all of them or none. */
export type Tables = {
  /** seq → accepted batch. */
  batches: Table
  /** slot, group → what of its batches is unsettled in that lane. */
  units: Table
  /** Lane → slot and count. */
  lanes: Table
  /** run, page → nonces in order. */
  noncePages: Table
  /** run, part → of its index; run, last part → what the run is. */
  nonceRuns: Table
  /** seq → nonces that are in no run yet. */
  journal: Table
  /** group, transaction → what that delivered: when, and the upstream's ids. */
  delivered: Table
  /** Transaction → the groups it delivered of, while that is to be told elsewhere. */
  untold: Table
  /** nonce, kind, seq, index → dead letter. */
  letters: Table
  /** What, since when, key → what else is needed to find it. */
  expiry: Table
  books: Table
}

export type Store = {
  tables: Tables
  /** Writes all of it in one transaction; resolves once synced. */
  commit(write: () => void): Promise<void>
  /** What is used and what is left. */
  space(): Space
  /** Bytes that the disk has left for us. */
  free(): number
  close(): Promise<void>
}

export const dataFileOf = (dir: string): string => join(dir, 'outbox.mdb')

/**
 * Opens the LMDB environment: the only file that knows lmdb's options. `overlappingSync: false` makes a commit resolve
 * after its sync, `remapChunks` keeps the mapped memory small. Never a writemap: a full disk would be a SIGBUS. With
 * `eventTurnBatching` lmdb makes a promise of its own for each turn, whose rejection nobody can catch.
 */
export const openStore = (dir: string): Store => {
  const root = open<Buffer, Buffer>({
    path: dataFileOf(dir),
    noSubdir: true,
    maxDbs: 16,
    overlappingSync: false,
    remapChunks: true,
    eventTurnBatching: false,
    encoding: 'binary',
    keyEncoding: 'binary',
  })
  const table = (name: string): Table =>
    root.openDB<Buffer, Buffer>(name, { encoding: 'binary', keyEncoding: 'binary' })
  const tables: Tables = {
    batches: table('batches'),
    units: table('units'),
    lanes: table('lanes'),
    noncePages: table('nonce-pages'),
    nonceRuns: table('nonce-runs'),
    journal: table('journal'),
    delivered: table('delivered'),
    untold: table('untold'),
    letters: table('letters'),
    expiry: table('expiry'),
    books: table('books'),
  }
  return {
    tables,
    async commit(write) {
      try {
        await root.batch(write)
      } catch (error) {
        throw await causeOf(error)
      }
    },
    space: () => spaceOf(dir, [...Object.values(tables), root]),
    free: () => freeOn(dir).free,
    close: () => root.close(),
  }
}

const spaceOf = (dir: string, tables: readonly Table[]): Space => {
  const stats = tables.map((table) => pagesIn(table.getStats()))
  const used = stats.reduce((sum, { used }) => sum + used, 0)
  return { used: used * PAGE_BYTES, file: (stats[0]?.last ?? 0) * PAGE_BYTES, ...freeOn(dir) }
}

const freeOn = (dir: string): Pick<Space, 'free' | 'disk'> => {
  const { bavail, bsize, blocks } = statfsSync(dir)
  return { free: bavail * bsize, disk: blocks * bsize }
}

/** lmdb's statistics, which it leaves untyped: pages that hold something, and the last page of the file. */
const pagesIn = (stats: Record<string, unknown>): { used: number; last: number } => {
  const number = (name: string): number => Number(stats[name] ?? 0)
  const used = number('treeBranchPageCount') + number('treeLeafPageCount') + number('overflowPages')
  return { used, last: number('lastPageNumber') + 1 }
}

/** lmdb rejects with an error that promises the cause. */
const causeOf = async (error: unknown): Promise<unknown> => {
  if (!(error instanceof Error) || !('commitError' in error)) return error
  try {
    await error.commitError
    return error
  } catch (cause) {
    return cause
  }
}
