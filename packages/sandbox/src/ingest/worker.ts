import { and, asc, eq, lte } from 'drizzle-orm'
import type { Lane } from '../lane.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { rawEvents } from '../storage/schema.ts'
import type { Upkeep } from '../storage/upkeep.ts'
import { type Computed, computeEvents, storeTrashed } from './compute.ts'
import type { RawEvent } from './decide.ts'

const BATCH = 50
const LEAST_REST_MS = 2
const MOST_REST_MS = 50
const AFTER_FAILURE_MS = 500

export type Worker = {
  /** Look for due events no later than in so many ms. */
  wake(inMs: number): void
  /** Take no more; resolves when what is under way is finished. */
  stop(): Promise<void>
}

type Parts = {
  readonly db: Database
  readonly lane: Lane
  readonly settings: Settings
  readonly now: () => number
  silentTrash(raw: RawEvent): boolean
  heard(computed: Computed): void
  readonly upkeep: Upkeep
  failed(cause: unknown): void
}

const takeDue = (db: Database, now: number): Promise<RawEvent[]> =>
  db
    .select()
    .from(rawEvents)
    .where(and(eq(rawEvents.status, 'accepted'), lte(rawEvents.dueAt, new Date(now))))
    .orderBy(asc(rawEvents.dueAt), asc(rawEvents.createdAt))
    .limit(BATCH)

/** When the next event that waits is due, epoch ms. */
const nextDueAt = async (db: Database): Promise<number | undefined> => {
  const waiting = db.select().from(rawEvents).where(eq(rawEvents.status, 'accepted'))
  const [next] = await waiting.orderBy(asc(rawEvents.dueAt)).limit(1)
  return next?.dueAt.getTime()
}

const compute = async (parts: Parts, projectId: string, list: readonly RawEvent[]): Promise<void> => {
  const { db, settings, now, silentTrash } = parts
  const rules = { strict: settings.strict, at: new Date(now()), silentTrash }
  parts.heard(await db.transaction((tx) => computeEvents(tx, projectId, list, rules)))
}

/** One bad event never blocks others: when a batch fails, each is tried alone, and what fails alone is trashed. */
const computeEach = async (parts: Parts, projectId: string, list: readonly RawEvent[]): Promise<void> => {
  for (const raw of list) {
    await compute(parts, projectId, [raw]).catch(async (cause: unknown) => {
      parts.failed(cause)
      const trashed = [{ raw, errors: [{ field: 'data', message: 'could not be processed' }] }]
      await parts.db.transaction((tx) => storeTrashed(tx, trashed, new Date(parts.now())))
      parts.heard({ computed: [], trashed })
    })
  }
}

const computeDue = async (parts: Parts): Promise<number> => {
  const due = await takeDue(parts.db, parts.now())
  for (const projectId of new Set(due.map((raw) => raw.projectId))) {
    const ofProject = due.filter((raw) => raw.projectId === projectId)
    await compute(parts, projectId, ofProject).catch((cause: unknown) => {
      parts.failed(cause)
      return computeEach(parts, projectId, ofProject)
    })
  }
  return due.length
}

/** As long as the work took: reads get every other turn, and under load the next batch is fuller and so cheaper an event. */
const restMs = (tookMs: number): number => Math.min(MOST_REST_MS, Math.max(LEAST_REST_MS, tookMs))

/**
 * The ingestion worker. The raw events table is its work list, so what a killed process left is found at the next
 * start. Between batches it rests: the embedded database works on this very thread and reads want their turn.
 */
export const createWorker = (parts: Parts): Worker => {
  let timer: NodeJS.Timeout | undefined
  let timerAt = Number.POSITIVE_INFINITY
  let running: Promise<void> | undefined
  let stopped = false

  const arm = (at: number): void => {
    if (stopped || at >= timerAt) return
    clearTimeout(timer)
    timerAt = at
    timer = setTimeout(run, Math.max(0, at - parts.now()))
  }

  const run = (): void => {
    timerAt = Number.POSITIVE_INFINITY
    if (running) arm(parts.now() + LEAST_REST_MS)
    else
      running = turn().finally(() => {
        running = undefined
      })
  }

  const turn = async (): Promise<void> => {
    try {
      const startedAt = parts.now()
      const done = await parts.lane(() => computeDue(parts))
      await parts.upkeep(done)
      const next = done > 0 ? parts.now() + restMs(parts.now() - startedAt) : await nextDueAt(parts.db)
      if (next !== undefined) arm(next)
    } catch (cause) {
      parts.failed(cause)
      arm(parts.now() + AFTER_FAILURE_MS)
    }
  }

  return {
    wake: (inMs) => arm(parts.now() + inMs),
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
