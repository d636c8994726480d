import type { Logger } from 'pino'
import type { Board } from '../faults/board.ts'
import { badRequest } from '../http/refusal.ts'
import type { Lane } from '../lane.ts'
import type { Announcer } from '../live/announcer.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import type { Upkeep } from '../storage/upkeep.ts'
import { traceOf } from '../trace.ts'
import { type Accepted, acceptEvents, repeatKeyOf } from './accept.ts'
import { type Computed, computeEvents } from './compute.ts'
import type { Envelope } from './envelope.ts'
import { createGather } from './gather.ts'
import { createWorker } from './worker.ts'

type Parts = {
  readonly db: Database
  readonly lane: Lane
  readonly settings: Settings
  readonly now: () => number
  readonly board: Board
  readonly announcer: Announcer
  readonly log: Logger
  readonly upkeep: Upkeep
}

export type Ingestion = {
  /** Keeps an event for the worker; resolves before anything of it is computed. */
  accept(sent: Envelope): Promise<Accepted>
  /**
   * Keeps and computes an event.
   *
   * @throws Refusal 400 when the event does not fit its type; nothing is kept then, except in the trash by setting
   */
  compute(sent: Envelope): Promise<Accepted>
  start(): void
  stop(): Promise<void>
}

const messagesOf = ({ trashed }: Computed): readonly string[] =>
  trashed.flatMap(({ errors }) => errors.map(({ field, message }) => `data.${field} ${message}`))

/** Both doors of ingestion: one answers when the event is kept, the other when it is computed. */
export const createIngestion = (parts: Parts): Ingestion => {
  const { db, lane, settings, now, board, announcer, log, upkeep } = parts
  const silentTrash = () => board.strikeEvent()

  const heard = ({ computed, trashed }: Computed): void => {
    for (const { raw } of computed) announcer.announce({ kind: 'computed', id: raw.id })
    for (const { raw } of trashed) announcer.announce({ kind: 'trashed', id: raw.id })
  }

  const failed = (cause: unknown): void =>
    log.error({ failure: traceOf(cause) }, 'ingestion failed; it tries again')
  const worker = createWorker({ db, lane, settings, now, silentTrash, heard, failed, upkeep })

  const keep = createGather<Envelope, Accepted>({
    most: 64,
    keyOf: repeatKeyOf,
    write: (list) => acceptEvents(db, list, now(), settings.latencyMs),
  })

  const accept: Ingestion['accept'] = async (sent) => {
    const accepted = await keep(sent)
    if (accepted.fresh) worker.wake(settings.latencyMs)
    announcer.announce({ kind: 'accepted', id: accepted.id })
    return accepted
  }

  const computeNow = (sent: Envelope) =>
    db.transaction(async (tx) => {
      const [accepted] = await acceptEvents(tx, [sent], now(), 0)
      if (!accepted) throw new Error('an accepted event is gone')
      if (!accepted.fresh) return { accepted, done: undefined }
      const rules = { strict: settings.strict, at: new Date(now()), silentTrash }
      const done = await computeEvents(tx, sent.projectId, [accepted.fresh], rules)
      if (done.trashed.length > 0 && !settings.trashSyncRefusals) throw badRequest(messagesOf(done))
      return { accepted, done }
    })

  const compute: Ingestion['compute'] = async (sent) => {
    const { accepted, done } = await lane(() => computeNow(sent))
    if (done) heard(done)
    if (done && done.trashed.length > 0) throw badRequest(messagesOf(done))
    return accepted
  }

  return { accept, compute, start: () => worker.wake(0), stop: worker.stop }
}
