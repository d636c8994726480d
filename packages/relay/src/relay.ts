import type { IncomingMessage } from 'node:http'
import { createServiceAccountTokens, createStaticToken, type TokenSource } from '@wmkt/api/client'
import type { Router } from 'express'
import { createAdminRouter } from './admin/router.ts'
import { createStatusReader, type Parts } from './admin/status.ts'
import { readApiPaths } from './api-paths.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Collect } from './collect/collect.ts'
import { createTally } from './collect/tally.ts'
import { createLive } from './dashboard/live.ts'
import type { Look } from './dashboard/sample.ts'
import { createDoor } from './door.ts'
import { createEndingListeners } from './ending-listeners.ts'
import { createFatal } from './fatal.ts'
import { createFateReader, type ReadFate } from './fate/read-fate.ts'
import type { ForwardAttempt, ForwardEnding } from './forward/ending.ts'
import { createForwarder, type ForwarderOptions } from './forward/forwarder.ts'
import { type RelayOptions, type RelaySettings, resolveOptions } from './options.ts'
import { laneOf } from './outbox/lane.ts'
import { openOutbox } from './outbox/open-outbox.ts'
import { type Outbox, OutboxFailed } from './outbox/outbox.ts'
import { createOwnItems, type OwnItems } from './own-item.ts'
import { createPublicRoutes } from './public-router.ts'
import { createSchemaRoom } from './schema/schema-room.ts'
import { clear, openSealing, type Sealing } from './seal/open-sealing.ts'
import { loadAssets } from './serve/assets.ts'
import { createScripts } from './serve/scripts.ts'
import { createSettlementRoom } from './settlement/settlement-room.ts'
import { careForNone, openTrackerCare } from './stamp/tracker-care.ts'
import { createTrackerReader } from './stamp/tracker-cookie.ts'
import { createCounts } from './telemetry/counts.ts'
import type { Log } from './telemetry/log.ts'
import { createLogger } from './telemetry/logger.ts'
import { createWarnOnce } from './telemetry/warn-once.ts'
import { createWebhookRoom } from './webhook/webhook-room.ts'

/** What tests and compositions may put in place of the world. */
export type RelaySeams = {
  clock?: Clock
  /** In [0, 1). */
  random?: () => number
  log?: Log
  /** Opened at the start, closed at the stop. `sealing`: by which it is sealed, if it is. */
  openOutbox?: (onFatal: (error: unknown) => void) => Promise<Outbox>
  sealing?: Sealing
  tokens?: TokenSource
} & Pick<ForwarderOptions, 'onEnding' | 'onAttempt' | 'deadlineMs' | 'stopMs'>

export type Relay = OwnItems & {
  /** The public routes: `app.use('/wmkt', relay.router)`. */
  router: Router
  /** `POST {base}/collect` of `router` by itself, for a server that asks it before its app: an app takes its time. */
  collect: Collect
  /** The admin routes, for a listener of their own. */
  admin: Router
  /** The visitor, from the request's tracker cookie. Undefined when there is none: never make one up. */
  trackerIdOf(req: Pick<IncomingMessage, 'headers'>): string | undefined
  /** Opens the outbox and begins to forward. */
  start(): Promise<void>
  /** Accepts no more at once; finishes what is under way, then closes. */
  stop(): Promise<void>
  /**
   * What became of an item, as long as it is remembered: a delivered one with the upstream's id of it. Undefined when its
   * nonce is not known. Rejects with Problem `STARTING`, `STOPPING` or `STORAGE_FAILED`.
   */
  fate: ReadFate
  on<Name extends keyof RelayEvents>(event: Name, listener: (news: RelayEvents[Name]) => unknown): void
}

export type RelayEvents = {
  /**
   * The disk cannot be trusted any more, and nothing more is accepted: restart the process. The relay never ends it.
   * Who listens too late is told at once.
   */
  fatal: unknown
  /**
   * An item was delivered or buried, and that is on disk. A process that dies in between tells nobody: ask `fate`, or have
   * a webhook told. What a listener throws, or rejects with, is logged.
   */
  ending: ForwardEnding
}

/**
 * The relay: the one place that knows every part.
 *
 * @throws OptionError (a TypeError) when an option is wrong or unknown
 */
export const createRelay = (options: RelayOptions, seams: RelaySeams = {}): Relay => {
  const settings = resolveOptions(options)
  const apiPaths = settings.apiPaths === undefined ? undefined : readApiPaths(settings.apiPaths)
  const { clock = systemClock, random = Math.random, log = createLogger(settings.logLevel) } = seams
  const fatal = createFatal()
  const endings = createEndingListeners(log)
  const door = createDoor({ maxBacklog: settings.maxBacklog, clock, random })
  const onIllFormed = createWarnOnce(
    log,
    'a tracker cookie holds no tracker ID: look at WMKT_TRACKER_PATTERN',
  )
  const trackerOf = createTrackerReader(settings.trackerCookie, settings.trackerPattern, onIllFormed)
  let parts: Parts | undefined
  let starting: Promise<void> | undefined
  let stopping: Promise<void> | undefined
  const schemaRoom = createSchemaRoom({ settings, paths: apiPaths, clock, random, log })
  const judge = schemaRoom?.validation
  const settlementRoom = createSettlementRoom({ settings, paths: apiPaths, clock, random, log })
  const webhookRoom = createWebhookRoom({ settings, clock, random, log })
  const tally = createTally()
  const counts = createCounts(tally.counts)
  const scripts = createScripts(settings.dataDir, loadAssets(), log)
  let careFor = careForNone

  const onFatal = (error: unknown) => {
    if (!door.refusedBy(error)) return
    log.error({ err: error }, 'the disk failed: nothing more is accepted')
    fatal.tell(error)
  }

  const onEnding = (ending: ForwardEnding) => {
    counts.onEnding(ending)
    settlementRoom?.onEnding(ending)
    webhookRoom?.onEnding(ending)
    seams.onEnding?.(ending)
    endings.tell(ending)
  }
  const onAttempt = (attempt: ForwardAttempt) => {
    counts.onAttempt(attempt)
    seams.onAttempt?.(attempt)
  }
  const start = async () => {
    const tokens = seams.tokens ?? openTokens(settings)
    let outbox: Outbox | undefined
    try {
      careFor = openTrackerCare(settings)
      const onFailed = (error: unknown) => onFatal(failureOf(error))
      const sealing = seams.openOutbox ? (seams.sealing ?? clear) : openSealing(settings, { clock, log })
      if (!seams.openOutbox) scripts.keep()
      const outboxSeams = { clock, log, sealing, onFatal: onFailed }
      outbox = await (seams.openOutbox?.(onFailed) ?? openOutbox(settings, outboxSeams))
      const forwarder = createForwarder({
        stopMs: STOP_MS,
        ...seams,
        onAttempt,
        onEnding,
        outbox,
        tokens,
        open: sealing.open,
        projectId: settings.projectId,
        apiUrl: new URL(settings.apiUrl),
        ...(apiPaths && { paths: apiPaths }),
        outgoing: judge?.outgoing,
        isSentAsIs: judge?.isSentAsIs,
        canary: settings.canary,
        concurrency: settings.concurrency,
        clock,
        random,
        log,
      })
      parts = { outbox, tokens, forwarder, sealing }
      await schemaRoom?.start(tokens)
      const doubt = (eventType: string) => forwarder.doubt(laneOf('event', eventType))
      schemaRoom?.onTypeChange(doubt)
      const onTrashed = (eventType: string) => {
        schemaRoom?.refresh()
        doubt(eventType)
      }
      await settlementRoom?.start({ tokens, outbox, onTrashed })
      webhookRoom?.start({ outbox, open: sealing.open })
      forwarder.start()
      live.start()
      door.open(outbox)
    } catch (error) {
      schemaRoom?.stop()
      await Promise.all([settlementRoom?.stop(), webhookRoom?.stop()])
      tokens.stop()
      await outbox?.close()
      throw error
    }
  }
  const stop = async () => {
    await starting?.catch(() => {})
    await door.close()
    schemaRoom?.stop()
    await parts?.forwarder.stop()
    await Promise.all([settlementRoom?.stop(), webhookRoom?.stop()])
    await parts?.outbox.close()
    parts?.tokens.stop()
  }

  const status = createStatusReader({
    settings,
    clock,
    parts: () => parts,
    refusal: door.refusal,
    collect: tally.counts,
    schema: judge?.status,
    settlement: settlementRoom?.status,
    webhook: webhookRoom?.status,
  })
  const look = (): Look | undefined =>
    parts && {
      at: clock.now(),
      ledger: parts.outbox.ledger(),
      oldestAt: parts.outbox.oldestAt(),
      counts: counts.read(),
    }
  const live = createLive({ clock, status, look, log })

  const fate = createFateReader(door)
  const routes = createPublicRoutes({
    ...{ settings, door, log, clock, random, tally, trackerOf, judge, fate, scripts },
    schema: () => schemaRoom?.schema(),
    careFor: (...request) => careFor(...request),
    onStorage: onFatal,
    onReceipt: counts.onReceipt,
    onRefusal: counts.onRefusal,
  })
  const own = { door, projectId: settings.projectId, now: clock.now, random, judge }
  const listening: Listening = { fatal: fatal.on, ending: endings.on }
  return {
    ...createOwnItems({ ...own, tally, onStorage: onFatal }),
    ...routes,
    admin: createAdminRouter({ settings, clock, log, parts: () => parts, status, counts: counts.read, live }),
    trackerIdOf: (req) => trackerOf(req.headers.cookie),
    start() {
      starting ??= stopping ? Promise.reject(new Error('the relay was stopped')) : start()
      return starting
    },
    stop() {
      void door.close()
      live.stop()
      stopping ??= stop()
      return stopping
    },
    fate,
    on: (event, listener) => listening[event](listener),
  }
}

type Listening = { [Name in keyof RelayEvents]: (listener: (news: RelayEvents[Name]) => unknown) => void }

/** For deliveries under way at the stop: shorter than a successor waits for the outbox folder. */
const STOP_MS = 4_000

const failureOf = (error: unknown): OutboxFailed =>
  error instanceof OutboxFailed ? error : new OutboxFailed('the outbox failed', { cause: error })

const openTokens = ({ credentials, accessToken, oauthUrl }: RelaySettings): TokenSource =>
  accessToken === undefined
    ? createServiceAccountTokens({ keyFile: credentials ?? '', oauthUrl })
    : createStaticToken(accessToken)
