import { createStore, promisifyRequest, type UseStore } from 'idb-keyval'

/** Runs `work` in one transaction; resolves to what it returned once that transaction is on disk. */
export type Disk = <T>(work: (store: IDBObjectStore) => T) => Promise<T>

/**
 * IndexedDB, behind idb-keyval's connection. The browser may take a connection away at any time (eviction, a newer version,
 * a crash of its storage process): each piece of work is tried once more on a fresh one.
 */
export const openDisk = (): Disk => {
  let name = 'wmkt'
  let use: UseStore | undefined
  const attempt: Disk = async (work) => {
    use ??= createStore(name, 'outbox')
    return use('readwrite', async (store) => {
      const { transaction } = store
      const { db } = transaction
      db.onversionchange = () => db.close()
      const value = work(store)
      await promisifyRequest(transaction)
      return value
    })
  }
  return (work) =>
    attempt(work).catch((error) => {
      use = undefined
      // A database without our store cannot be mended while idb-keyval holds it open: begin one beside it.
      if (error.name === 'NotFoundError') name = 'wmkt2'
      return attempt(work)
    })
}
