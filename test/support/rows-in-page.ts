/** Run within the page: rows in its IndexedDB outbox; none when there is no database. */
export const rowsInPage = async (): Promise<number> => {
  const names = await indexedDB.databases()
  if (!names.some(({ name }) => name === 'wmkt')) return 0
  return new Promise<number>((resolve) => {
    const opening = indexedDB.open('wmkt')
    opening.onsuccess = () => {
      const db = opening.result
      if (!db.objectStoreNames.contains('outbox')) return resolve(0)
      const counting = db.transaction('outbox').objectStore('outbox').count()
      counting.onsuccess = () => {
        db.close()
        resolve(counting.result)
      }
    }
  })
}
