import type { TrashedEvent } from '@wmkt/api'
import { type ClientOptions, createClient } from '@wmkt/api/client'

/** Every event trashed between two instants, epoch ms, both included. Rejects when the trash cannot be read. */
export type ReadTrash = (since: number, until: number, signal?: AbortSignal) => Promise<TrashedEvent[]>

export type TrashSource = Pick<ClientOptions, 'apiUrl' | 'tokens' | 'paths' | 'now' | 'random'> & {
  projectId: string
}

const DEADLINE_MS = 30_000

/** `until` keeps what is trashed meanwhile from moving the pages under the walk. */
export const createTrashReader = (source: TrashSource): ReadTrash => {
  const client = createClient({ ...source, deadlineMs: DEADLINE_MS, attempts: 2 })
  return async (since, until, signal) => {
    const input = { since: new Date(since).toISOString(), until: new Date(until).toISOString() }
    const found: TrashedEvent[] = []
    const walk = client.eachTrashedEvent({ projectId: source.projectId, ...input }, signal && { signal })
    for await (const event of walk) found.push(event)
    return found
  }
}
