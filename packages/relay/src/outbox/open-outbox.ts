import type { Clock } from '../clock.ts'
import type { Sealing } from '../seal/open-sealing.ts'
import type { Log } from '../telemetry/log.ts'
import { openLmdbOutbox } from './lmdb/lmdb.ts'
import { packPuts } from './lmdb/pack-puts.ts'
import { openNatsOutbox } from './nats/nats.ts'
import type { NatsSettings } from './nats/url.ts'
import type { Outbox, OutboxFailed } from './outbox.ts'

/** Of a relay's settings, what says where its outbox is and what is kept in it. */
export type OutboxPlace = {
  projectId: string
  /** Folder of the outbox in this process; looked at when there is no `nats`. */
  outboxDir: string
  /** The outbox that several relays share. */
  nats: NatsSettings | undefined
  maxBacklog: number
  keepDeliveredMs: number
  keepDeadLettersMs: number
  /** Somebody is to be told of deliveries. */
  webhook: object | undefined
}

export type OutboxSeams = {
  clock: Clock
  log: Log
  sealing: Sealing
  onFatal: (error: OutboxFailed) => void
}

/** Opens the outbox that the settings name: LMDB in a folder, or streams of NATS JetStream. What it keeps is sealed. */
export const openOutbox = async (place: OutboxPlace, seams: OutboxSeams): Promise<Outbox> => {
  const { projectId, outboxDir: dir, nats: settings, maxBacklog, keepDeliveredMs, keepDeadLettersMs } = place
  const kept = { maxBacklog, keepDeliveredMs, keepDeadLettersMs, single: seams.sealing.single }
  return settings
    ? seams.sealing.around(await openNatsOutbox({ settings, projectId, ...kept, ...seams }))
    : packPuts(
        seams.sealing.around(
          await openLmdbOutbox({ dir, isTold: place.webhook !== undefined, ...kept, ...seams }),
        ),
      )
}
