import { join } from 'node:path'
import { type Database, open } from 'lmdb'

export type Table = Database<Buffer, Buffer>

/** The tables, in one environment, so that one transaction changes all of them or none. */
export type Tables = {
  /** seq → accepted batch. */
  batches: Table
  /** slot, seq → what of it is unsettled in that lane. */
  units: Table
  /** Lane → slot and count. */
  lanes: Table
  /** Two generations: kind and nonce → fingerprint, seq, index. */
  nonces: readonly [Table, Table]
  /** seq, index → when, and the upstream's id. */
  delivered: Table
  /** nonce, kind, seq, index → dead letter. */
  letters: Table
  /** What, since when, key → nothing. */
  expiry: Table
  books: Table
}

export type Store = {
  tables: Tables
  /** Writes all of it in one transaction; resolves once synced. */
  commit(write: () => void): Promise<void>
  close(): Promise<void>
}

export const dataFileOf = (dir: string): string => join(dir, 'outbox.mdb')

/**
 * Opens the LMDB environment: the only file that knows lmdb's options. `overlappingSync: false` makes a commit resolve
 * after its sync, `remapChunks` keeps the mapped memory small. Never a writemap: a full disk would be a SIGBUS.
 *
 * @param mapSize bytes the file may grow to; without it, as large as the disk
 */
export const openStore = (dir: string, mapSize?: number): Store => {
  const root = open({
    path: dataFileOf(dir),
    noSubdir: true,
    maxDbs: 16,
    overlappingSync: false,
    remapChunks: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    ...(mapSize !== undefined && { mapSize }),
  })
  const table = (name: string): Table =>
    root.openDB<Buffer, Buffer>(name, { encoding: 'binary', keyEncoding: 'binary' })
  const tables: Tables = {
    batches: table('batches'),
    units: table('units'),
    lanes: table('lanes'),
    nonces: [table('nonces-0'), table('nonces-1')],
    delivered: table('delivered'),
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
    close: () => root.close(),
  }
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
