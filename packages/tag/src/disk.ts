import { createStore, promisifyRequest, type UseStore } from 'idb-keyval'

/** `DOMException.NOT_FOUND_ERR`, as a number since that is shorter. */
const NOT_FOUND_ERR = 8

let name = 'wmkt'
let use: UseStore | undefined

const attempt = async <T>(work: (store: IDBObjectStore) => T): Promise<T> => {
  use ??= createStore(name, 'outbox')
  return use('readwrite', async (store) => {
    const { transaction } = store
    transaction.db.onversionchange = transaction.db.close
    const value = work(store)
    await promisifyRequest(transaction)
    return value
  })
}

/**
 * Runs `work` in one transaction of IndexedDB, behind idb-keyval's connection; resolves to what it returned once that
 * transaction is on disk. The browser may take a connection away at any time (eviction, a newer version, a crash of its
 * storage process): each piece of work is tried once more on a fresh one.
 */
export const disk = <T>(work: (store: IDBObjectStore) => T): Promise<T> =>
  attempt(work).catch((error) => {
    use = undefined
    // A database without our store cannot be mended while idb-keyval holds it open: begin one beside it.
    if (error.code === NOT_FOUND_ERR) name = 'wmkt2'
    return attempt(work)
  })
