import type { PathOverrides } from '@wmkt/api'
import type { TokenSource } from '@wmkt/api/client'
import type { Clock } from '../clock.ts'
import type { LeasedEntry, Outbox } from '../outbox/outbox.ts'
import type { OpenRecord } from '../record-reader.ts'
import type { Log } from '../telemetry/log.ts'
import { type Attempt, type AttemptOptions, createAttempts } from './attempt.ts'
import { createAuthorized } from './authorized.ts'
import { createCanary } from './canary.ts'
import { createCompanyPauses } from './company-pauses.ts'
import { makeCounters } from './counters.ts'
import type { ForwardAttempt, ForwardEnding } from './ending.ts'
import { tryOne, widthOf } from './gate.ts'
import { giveWay } from './give-way.ts'
import { createHeed } from './heed.ts'
import type { LaneState } from './lane-state.ts'
import { createLanes } from './lanes.ts'
import { createProject } from './project.ts'
import { createRefusals, judgeBy } from './refusals.ts'
import { createRequests } from './request.ts'
import { settlementOf } from './settlement.ts'
import { createSettler } from './settler.ts'
import { type ForwardStatus, gateStatusOf, laneStatusOf } from './status.ts'
import { createSupply } from './supply.ts'
import { createTell } from './tell.ts'
import { createTrial } from './trial.ts'
import { createTurns } from './turns.ts'
import { createUnderWay, type Delivery } from './under-way.ts'
import { createUpstream } from './upstream.ts'

export type { ForwardAttempt, ForwardEnding } from './ending.ts'

export type ForwarderOptions = {
  outbox: Outbox
  open: OpenRecord
  tokens: TokenSource
  projectId: string
  /** Base of the API, `…/api/v1`. */
  apiUrl: URL
  paths?: PathOverrides
  /** Most requests in flight. */
  concurrency: number
  /** Of trying, after which an entry is buried as EXPIRED. @default 7 days */
  maxAgeMs?: number
  /** Repeat an interaction that may have been carried out, instead of burying it as IN_DOUBT. @default false */
  retryInDoubt?: boolean
  clock: Clock
  /** In [0, 1). */
  random: () => number
  log: Log
  /** For an answer to begin, and to go on, in ms. @default 30 s */
  deadlineMs?: number
  /** What is under way at the stop may take this long to finish, in ms. @default 10 s */
  stopMs?: number
  onEnding?: (ending: ForwardEnding) => void
  onAttempt?: (attempt: ForwardAttempt) => void
  outgoing?: AttemptOptions['outgoing']
  isSentAsIs?: AttemptOptions['isSentAsIs']
  /** One in so many events of each type is processed before the upstream answers, the first too; 0: none. @default 0 */
  canary?: number
}

export interface Forwarder {
  start(): void
  /** Events of this lane may be trashed from now on: the next goes alone, as a canary. */
  doubt(lane: string): void
  /** Gives back for a moment what is leased and not yet under way. */
  giveWay(): void
  /** Takes no more, finishes what is under way within a bound, then gives the leases back. */
  stop(): Promise<void>
  status(): ForwardStatus
}

const MAX_AGE_MS = 7 * 86_400_000
const DEADLINE_MS = 30_000
const STOP_MS = 10_000
/** What may wait for the disk before deliveries do. */
const MAX_SETTLING = 4_096

/** Delivers what the outbox holds until each entry is settled: docs/delivery.md, "Relay: forward". */
export const createForwarder = (options: ForwarderOptions): Forwarder => {
  const { outbox, clock, random, log, concurrency, onEnding, onAttempt } = options
  const { maxAgeMs = MAX_AGE_MS, retryInDoubt = false, stopMs = STOP_MS } = options
  const counters = makeCounters()
  let running = false
  let stopping: Promise<void> | undefined
  let deaf = () => {}

  const upstream = createUpstream({ ...options, deadlineMs: options.deadlineMs ?? DEADLINE_MS })
  const authorized = createAuthorized(upstream, options.tokens)
  const requests = createRequests(options.projectId, options.paths)
  const judged = judgeBy(createRefusals())
  const trial = createTrial()
  const underWay = createUnderWay(clock)
  const canary = createCanary(options.canary ?? 0, clock.now)
  const tell = createTell(counters, onEnding)
  const lanes = createLanes(concurrency, canary.firstGate)
  const settler = createSettler(outbox, clock, log, () => {
    running = false
  })
  const mark = (entry: LeasedEntry) =>
    new Promise<boolean>((resolve) => settler.settle(entry.ref, { type: 'mark' }, resolve))
  const seams = { mark, retryInDoubt, onNoCanaries: canary.unknown, now: clock.now }
  const attempt = createAttempts({ ...options, authorized, requests, ...seams })

  const closed = (lane: LaneState): boolean =>
    !running || widthOf(project.gate()) === 0 || widthOf(lane.gate) === 0
  const serve = (lane: LaneState) => {
    supply.fill(lane)
    if (project.gate().state === 'trial') return serveInTurn()
    if (!closed(lane)) turns.join(lane)
    turns.run()
  }
  /** Whose lease is there first is chance: all are waited for, and the lane not tried for longest has the trial. */
  const serveInTurn = () => {
    const inTurn = trial.inTurn(lanes.all())
    if (inTurn.some(({ leasing }) => leasing)) return
    for (const lane of inTurn) if (!closed(lane)) turns.join(lane)
    turns.run()
  }
  const onOpening = () => {
    for (const lane of trial.inTurn(lanes.all())) {
      lane.gate = tryOne(lane.gate)
      lane.dry = false
      supply.arm(lane)
      serve(lane)
    }
  }
  const onParked = () => {
    for (const lane of lanes.all()) supply.giveBack(lane)
  }
  const project = createProject({ authorized, requests, clock, random, log, onOpening, onParked })
  const supply = createSupply({
    outbox,
    clock,
    log,
    concurrency,
    closed,
    triedIn: trial.triedIn,
    onSupply: serve,
  })
  const onGate = (lane: LaneState) => {
    if (closed(lane)) supply.giveBack(lane)
    supply.arm(lane)
  }
  const onLaneParked = (lane: LaneState, code: string) => log.warn({ lane: lane.lane, code }, 'lane parked')
  const company = createCompanyPauses({ company: outbox.company, clock, lanes, onGate })
  const heed = createHeed({
    ...{ project, trial, concurrency, now: clock.now, random, onLaneParked, canaries: canary },
    onGate(lane) {
      onGate(lane)
      company.tell(lane)
    },
  })

  const room = (): number =>
    running && settler.pending() < MAX_SETTLING
      ? Math.min(company.share(concurrency), widthOf(project.gate())) - underWay.size()
      : 0
  const pick = (lane: LaneState): LeasedEntry | undefined =>
    project.gate().state === 'open' && lane.gate.state === 'open' ? lane.ready.shift() : trial.pick(lane)
  const begin = (lane: LaneState, entry: LeasedEntry) => {
    lane.inFlight += 1
    counters.attempts += 1
    const delivery = underWay.add(entry)
    attempt(entry, canary.isDue(lane), (made) => conclude(lane, delivery, made))
  }
  const turns = createTurns({ room, pick, begin, onDrawn: supply.fill })

  const conclude = (lane: LaneState, delivery: Delivery, made: Attempt) => {
    if (!underWay.remove(delivery)) return
    const { entry } = delivery
    lane.inFlight -= 1
    const final = judged(entry.nonce, made)
    heed(lane, entry, final)
    const latencyMs = final.outcome?.latencyMs ?? 0
    if (final.outcome)
      onAttempt?.({ lane: entry.lane, kind: entry.kind, status: lane.lastStatus ?? 0, latencyMs })
    settle(entry, final, latencyMs)
    serve(lane)
  }
  const settle = (entry: LeasedEntry, { verdict }: Attempt, latencyMs: number) => {
    // Without a mark there is nothing to write down: the lease just ends.
    if ('kind' in verdict && (entry.kind === 'event' || verdict.kind === 'not-begun'))
      return outbox.release([entry.ref])
    const context = { now: clock.now, random, latencyMs, maxAgeMs, retryInDoubt }
    const settlement = settlementOf(verdict, entry, context)
    // What waits for the disk holds on to no record.
    const { nonce, kind, lane } = entry
    const hasUnexpectedBody = 'type' in verdict && verdict.type === 'ack' && verdict.unexpectedBody
    settler.settle(entry.ref, settlement, (isSettled) => {
      if (!isSettled) return
      if (hasUnexpectedBody) counters.unexpected_body += 1
      tell({ nonce, kind, lane }, settlement)
      turns.run()
    })
  }
  const halt = async () => {
    running = false
    deaf()
    project.stop()
    for (const lane of lanes.all()) {
      lane.disarm()
      supply.giveBack(lane)
    }
    await underWay.ended(stopMs)
    await upstream.close()
    await underWay.ended(0)
    outbox.release(underWay.giveUp().map((entry) => entry.ref))
    settler.abandon()
    await settler.idle()
  }

  return {
    start() {
      if (running || stopping) return
      running = true
      const stopWork = outbox.onWork((lane) => supply.stir(lanes.of(lane)))
      const stopChange = options.tokens.onChange(project.renewed)
      const stopPauses = company.listen()
      deaf = () => {
        stopWork()
        stopPauses()
        stopChange()
      }
      for (const lane of outbox.lanes()) supply.stir(lanes.of(lane))
    },
    doubt(name) {
      const lane = lanes.of(name)
      if (!canary.doubt(lane)) return
      onGate(lane)
      serve(lane)
    },
    giveWay: () => giveWay(lanes, supply, serve),
    stop() {
      stopping ??= halt()
      return stopping
    },
    status: () => ({
      project: gateStatusOf(project.gate()),
      lanes: [...lanes.all()].map(laneStatusOf),
      inFlight: underWay.size(),
      settling: settler.pending(),
      probing: project.probing(),
      probes: project.probes(),
      counters: { ...counters },
    }),
  }
}
