import { createStore, promisifyRequest, type UseStore } from 'idb-keyval'

/** Runs `work` in one transaction; resolves to what it returned once that transaction is on disk. */
export type Disk = <T>(work: (store: IDBObjectStore) => T) => Promise<T>

/**
 * IndexedDB, behind idb-keyval's connection. The browser may take a connection away at any time (eviction, a new version,
 * a crash of its storage process): each piece of work is tried once more on a fresh one.
 */
export const openDisk = (): Disk => {
  let use: UseStore | undefined
  let name = 'wmkt'
  const attempt: Disk = async (work) => {
    use ??= createStore(name, 'outbox')
    return use('readwrite', (store) => {
      const { transaction } = store
      transaction.db.onversionchange = () => transaction.db.close()
      const value = work(store)
      return promisifyRequest(transaction).then(() => value)
    })
  }
  return (work) =>
    attempt(work).catch((error) => {
      use = undefined
      // A database without our store cannot be repaired while its connections live: start beside it.
      if (error?.name === 'NotFoundError') name += '2'
      return attempt(work)
    })
}
