import type { Table } from './store.ts'

/** Changes gathered for one transaction, read as if they had been made. Forgotten without a trace when it fails. */
export interface Stage {
  get(table: Table, key: Buffer): Buffer | undefined
  has(table: Table, key: Buffer): boolean
  put(table: Table, key: Buffer, value: Buffer): void
  /** Puts what nobody reads before the transaction is done: cheaper. */
  append(table: Table, key: Buffer, value: Buffer): void
  remove(table: Table, key: Buffer): void
  /** Empties the table, before anything is put into it. */
  clear(table: Table): void
  /** Rows changed. */
  size(): number
  /** Hands the changes to the transaction under way. */
  write(): void
}

type Change = { key: Buffer; value: Buffer | undefined }

export const createStage = (): Stage => {
  const changed = new Map<Table, Map<string, Change>>()
  const appended: { table: Table; key: Buffer; value: Buffer }[] = []
  const cleared = new Set<Table>()
  let size = 0
  const changesOf = (table: Table): Map<string, Change> => {
    const changes = changed.get(table) ?? new Map<string, Change>()
    changed.set(table, changes)
    return changes
  }
  const set = (table: Table, key: Buffer, value: Buffer | undefined) => {
    size += 1
    changesOf(table).set(key.toString('latin1'), { key, value })
  }
  return {
    get(table, key) {
      const change = changed.get(table)?.get(key.toString('latin1'))
      if (change) return change.value
      return cleared.has(table) ? undefined : table.getBinary(key)
    },
    has(table, key) {
      const change = changed.get(table)?.get(key.toString('latin1'))
      if (change) return change.value !== undefined
      return !cleared.has(table) && table.doesExist(key)
    },
    put: set,
    append(table, key, value) {
      appended.push({ table, key, value })
    },
    remove: (table, key) => set(table, key, undefined),
    clear(table) {
      size += 1
      cleared.add(table)
      changed.delete(table)
    },
    size: () => size + appended.length,
    write() {
      for (const table of cleared) void table.clearAsync()
      for (const { table, key, value } of appended) void table.put(key, value)
      for (const [table, changes] of changed)
        for (const { key, value } of changes.values())
          if (value === undefined) void table.remove(key)
          else void table.put(key, value)
    },
  }
}
