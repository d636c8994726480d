import { backoffMs } from '@wmkt/protocol'
import type { Schema } from '@wmkt/protocol/schema'
import type { Clock } from '../clock.ts'
import type { Log } from '../telemetry/log.ts'
import { type SchemaFacts, schemaOf } from './parse-schema.ts'
import type { ReadSchema } from './read-upstream.ts'
import type { SchemaFile } from './schema-file.ts'

/** Between readings that nobody asked for. */
export const REFRESH_MS = 5 * 60_000
/** Readings that events ask for are no more frequent: anyone can send an event. */
export const LEAST_GAP_MS = 10_000
/** A schema that could not be read anew for so long decides nothing any more. */
export const STALE_MS = 3_600_000
const RETRY_POLICY = { baseMs: 1_000, capMs: REFRESH_MS }
const SHORTEST_RETRY_MS = 1_000

export type RegistryStatus = {
  /** `none`: not read yet. `stale`: not read anew for too long, so that nothing is decided by it. */
  state: 'none' | 'fresh' | 'stale'
  hash?: string
  types?: number
  /** Epoch ms. */
  readAt?: number
  /** Why the last reading failed. */
  problem?: string
}

/** The project's event types, as they were when they were last read. */
export interface Registry {
  /** Undefined while there is none to go by: whoever asks lets everything pass. */
  schema(): Schema | undefined
  /** Reads again, unless that was tried a moment ago. Undefined when there is nothing to wait for. Never rejects. */
  ask(): Promise<void> | undefined
  status(): RegistryStatus
  /** Calls back when another schema was read than the one before. Returns the way to stop listening. */
  onChange(listener: (schema: Schema, before: Schema) => void): () => void
  start(): Promise<void>
  stop(): void
}

export type RegistryOptions = {
  read: ReadSchema
  file: SchemaFile
  clock: Clock
  /** In [0, 1). */
  random: () => number
  log: Log
}

export const createRegistry = ({ read, file, clock, random, log }: RegistryOptions): Registry => {
  const listeners = new Set<(schema: Schema, before: Schema) => void>()
  const abort = new AbortController()
  let known: { schema: Schema; readAt: number } | undefined
  let problem: string | undefined
  let failures = 0
  let triedAt = Number.NEGATIVE_INFINITY
  let underWay: Promise<void> | undefined
  let keeping = Promise.resolve()
  let callOff = () => {}

  const isStale = (): boolean => known !== undefined && clock.now() - known.readAt > STALE_MS
  const arm = (waitMs: number) => {
    callOff()
    if (!abort.signal.aborted) callOff = clock.after(waitMs, () => void refresh())
  }
  /** Nobody waits for the disk: what it keeps is for the next start. */
  const keep = (facts: SchemaFacts, readAt: number) => {
    const failed = (error: unknown) => log.warn({ err: error }, 'the schema could not be kept on disk')
    keeping = keeping.then(() => file.save({ facts, readAt })).catch(failed)
  }
  const learn = (facts: SchemaFacts) => {
    const before = known?.schema
    const schema = schemaOf(facts)
    const readAt = clock.now()
    known = { schema, readAt }
    keep(facts, readAt)
    if (before?.hash === schema.hash) return
    log.info({ hash: schema.hash, types: schema.types.size }, 'the schema of the project was read')
    if (before) for (const listener of listeners) listener(schema, before)
  }
  const succeed = () => {
    if (failures > 0) log.info('the schema of the project can be read again')
    problem = undefined
    failures = 0
    arm(REFRESH_MS)
  }
  const fail = (error: unknown) => {
    failures += 1
    problem = error instanceof Error ? error.name : 'unknown'
    if (failures === 1)
      log.warn({ err: error }, 'the schema of the project cannot be read: events pass as before')
    arm(Math.max(SHORTEST_RETRY_MS, backoffMs(failures, RETRY_POLICY, random)))
  }
  const readOnce = async () => {
    try {
      const facts = await read(abort.signal)
      if (abort.signal.aborted) return
      learn(facts)
      succeed()
    } catch (error) {
      if (!abort.signal.aborted) fail(error)
    }
  }
  const refresh = (): Promise<void> => {
    triedAt = clock.now()
    underWay ??= readOnce().finally(() => {
      underWay = undefined
    })
    return underWay
  }

  return {
    schema: () => (isStale() ? undefined : known?.schema),
    ask() {
      // While the upstream cannot be read, waiting for it would only make collecting slow.
      if (failures > 0 || abort.signal.aborted) return undefined
      if (underWay) return underWay
      return clock.now() - triedAt < LEAST_GAP_MS ? undefined : refresh()
    },
    status: () => ({
      state: known === undefined ? 'none' : isStale() ? 'stale' : 'fresh',
      ...(known && { hash: known.schema.hash, types: known.schema.types.size, readAt: known.readAt }),
      ...(problem !== undefined && { problem }),
    }),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async start() {
      const kept = await file.load()
      if (kept) known ??= { schema: schemaOf(kept.facts), readAt: kept.readAt }
      if (!abort.signal.aborted) void refresh()
    },
    stop() {
      abort.abort()
      callOff()
    },
  }
}
