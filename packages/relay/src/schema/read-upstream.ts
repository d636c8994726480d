import { type ClientOptions, createClient } from '@wmkt/api/client'
import type { ProjectFacts, SchemaFacts } from './parse-schema.ts'

/** Reads from the upstream what its schema is made of. Rejects when its event types cannot be read. */
export type ReadSchema = (signal?: AbortSignal) => Promise<SchemaFacts>

export type SchemaSource = Pick<ClientOptions, 'apiUrl' | 'tokens' | 'paths' | 'now' | 'random'> & {
  projectId: string
}

/** Of one call; a schema is a handful of them. */
const DEADLINE_MS = 10_000

/** The registry is patient itself: a call is made once, so that whoever waits for it waits no longer than needed. */
export const createSchemaReader = (source: SchemaSource): ReadSchema => {
  const { projectId } = source
  const client = createClient({ ...source, deadlineMs: DEADLINE_MS, attempts: 1 })
  return async (signal) => {
    const options = signal && { signal }
    const project = client.getProject({ projectId }, options).catch((): ProjectFacts => undefined)
    const eventTypes = []
    for await (const one of client.eachEventType({ projectId, archived: false }, options))
      eventTypes.push(one)
    return { eventTypes, project: await project }
  }
}
