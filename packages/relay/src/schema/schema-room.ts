import { join } from 'node:path'
import type { PathOverrides } from '@wmkt/api'
import type { TokenSource } from '@wmkt/api/client'
import type { Coercion, Schema } from '@wmkt/protocol/schema'
import type { Clock } from '../clock.ts'
import type { Log } from '../telemetry/log.ts'
import { changedTypes } from './parse-schema.ts'
import { createSchemaReader, type ReadSchema } from './read-upstream.ts'
import { createRegistry } from './registry.ts'
import { createSchemaFile } from './schema-file.ts'
import { createValidation, type Validation, type ValidationPolicy } from './validation.ts'

export type SchemaRoomOptions = {
  settings: {
    validation: ValidationPolicy
    coercions: ReadonlySet<Coercion>
    projectId: string
    apiUrl: string
    dataDir: string
  }
  paths: PathOverrides | undefined
  clock: Clock
  /** In [0, 1). */
  random: () => number
  log: Log
}

/** The project's schema and what is decided by it, for the time that a relay runs. */
export interface SchemaRoom {
  validation: Validation
  /** Undefined while there is none to go by. */
  schema(): Schema | undefined
  /** Begins to read. What was read before the last stop is at hand when it resolves. */
  start(tokens: TokenSource): Promise<void>
  /** There is reason to believe that the schema has changed. */
  refresh(): void
  /** Calls back with each event type that is not what it was. */
  onTypeChange(listener: (reference: string) => void): void
  stop(): void
}

/** Undefined when nothing is to be looked at. */
export const createSchemaRoom = (options: SchemaRoomOptions): SchemaRoom | undefined => {
  const { settings, paths, clock, random, log } = options
  const { validation: policy, coercions, projectId, apiUrl, dataDir } = settings
  if (policy === 'off') return undefined
  let read: ReadSchema = () => Promise.reject(new Error('the relay has not started'))
  const registry = createRegistry({
    read: (signal) => read(signal),
    file: createSchemaFile(join(dataDir, 'schema.json')),
    ...{ clock, random, log },
  })
  return {
    validation: createValidation({ policy, coercions, registry, clock, log }),
    schema: registry.schema,
    start(tokens) {
      read = createSchemaReader({
        apiUrl,
        tokens,
        projectId,
        now: clock.now,
        random,
        ...(paths && { paths }),
      })
      return registry.start()
    },
    refresh: () => void registry.ask(),
    onTypeChange(listener) {
      registry.onChange((schema, before) => changedTypes(schema, before).forEach(listener))
    },
    stop: registry.stop,
  }
}
