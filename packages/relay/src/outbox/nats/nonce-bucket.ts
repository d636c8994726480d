import type { KV } from '@nats-io/kv'
import type { ItemRecord } from './item-record.ts'
import { isWrongRevision, type Link } from './link.ts'

export type Revised = { record: ItemRecord; revision: number }

/** What became of each nonce. Read from the leader of the bucket, never from a copy that may lag behind. */
export interface NonceBucket {
  read(key: string): Promise<Revised | undefined>
  /** Writes over `revision`; 0: there must be none. The new revision, or undefined when another was there. */
  write(key: string, record: ItemRecord, revision: number): Promise<number | undefined>
}

export const createNonceBucket = (kv: KV, { persist }: Link): NonceBucket => ({
  async read(key) {
    const entry = await persist(() => kv.get(key))
    if (entry?.operation !== 'PUT') return undefined
    const record: ItemRecord = JSON.parse(entry.string())
    return { record, revision: entry.revision }
  },
  async write(key, record, revision) {
    const bytes = JSON.stringify(record)
    let tries = 0
    try {
      return await persist(async () => {
        tries += 1
        // What the servers need not refuse they cannot count differently: a try whose answer was lost may be there.
        if (tries > 1 && ((await kv.get(key))?.revision ?? 0) !== revision) return undefined
        return revision === 0 ? kv.create(key, bytes) : kv.update(key, bytes, revision)
      })
    } catch (error) {
      if (isWrongRevision(error)) return undefined
      throw error
    }
  },
})
