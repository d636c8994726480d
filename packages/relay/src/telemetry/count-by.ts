/** Counts by a few keys that come from our own tables, never from a stranger. */
export interface CountBy<K extends string> {
  add(key: K, count?: number): void
  read(): Readonly<Partial<Record<K, number>>>
}

export const createCountBy = <K extends string>(): CountBy<K> => {
  const counts = new Map<K, number>()
  const read = (): Partial<Record<K, number>> => {
    const all: Partial<Record<K, number>> = {}
    for (const [key, count] of counts) all[key] = count
    return all
  }
  return { add: (key, count = 1) => void counts.set(key, (counts.get(key) ?? 0) + count), read }
}
