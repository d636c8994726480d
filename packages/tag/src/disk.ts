import { promisifyRequest } from 'idb-keyval'

/** Runs `work` in one transaction; resolves to what it returned once that transaction is on disk. */
export type Disk = <T>(work: (store: IDBObjectStore) => T) => Promise<T>

const connect = (name: string): Promise<IDBDatabase> => {
  const request = indexedDB.open(name)
  request.onupgradeneeded = () => request.result.createObjectStore('outbox')
  return promisifyRequest(request)
}

/**
 * One connection to IndexedDB. The browser may take it away at any time (eviction, a newer version, a crash of its storage
 * process): each piece of work is tried once more on a fresh one.
 */
export const openDisk = (): Disk => {
  let name = 'wmkt'
  let opening: Promise<IDBDatabase> | undefined
  const forget = (): void => {
    opening = undefined
  }
  const attempt: Disk = async (work) => {
    opening ??= connect(name)
    const db = await opening
    db.onversionchange = () => db.close()
    db.onclose = forget
    const transaction = db.transaction('outbox', 'readwrite')
    const value = work(transaction.objectStore('outbox'))
    await promisifyRequest(transaction)
    return value
  }
  return (work) =>
    attempt(work).catch((error) => {
      forget()
      // A database without our store is not ours to mend: begin one beside it.
      if (error.name === 'NotFoundError') name = 'wmkt2'
      return attempt(work)
    })
}
