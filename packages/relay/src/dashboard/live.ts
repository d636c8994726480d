import type { ServerResponse } from 'node:http'
import type { ReadStatus, Status } from '../admin/status.ts'
import type { Clock } from '../clock.ts'
import type { BaseHeaders } from '../http/base-headers.ts'
import type { Log } from '../telemetry/log.ts'
import { type Look, type Sample, sampleOf } from './sample.ts'

/** What a page is sent: how things stand, and the points it has not seen. */
export type Frame = {
  status: Status
  samples: readonly Sample[] /** Of all lanes; the frame names the busiest. */
  lanes: number
}

export const SAMPLE_MS = 2_000
/** A quarter of an hour. */
export const KEPT_SAMPLES = 450
/** Strangers name lanes: a page is sent the busiest. */
const MAX_LANES = 50

export interface Live {
  start(): void
  /** Ends every stream: an open one would hold the listener. */
  stop(): void
  /** Keeps the answer open and tells it whatever is new, as server-sent events. */
  follow(res: ServerResponse, headers: BaseHeaders): void
}

export type LiveOptions = {
  clock: Clock
  status: ReadStatus
  /** Undefined until the relay has started. */
  look: () => Look | undefined
  log: Log
}

/** The recent past in memory, and the pages that watch it. */
export const createLive = ({ clock, status, look, log }: LiveOptions): Live => {
  const samples: Sample[] = []
  const followers = new Set<ServerResponse>()
  let before: Look | undefined
  let stopped = false
  let callOff = () => {}

  const frameOf = (points: readonly Sample[]): string => {
    const now = status()
    const frame: Frame = { status: busiest(now), samples: points, lanes: now.forward?.lanes.length ?? 0 }
    return `data: ${JSON.stringify(frame)}\n\n`
  }
  const tell = (points: readonly Sample[]) => {
    if (followers.size === 0) return
    const frame = frameOf(points)
    // A page that reads slowly misses frames; the next one it gets says how things stand then.
    for (const res of followers) if (!res.writableNeedDrain) res.write(frame)
  }
  const take = () => {
    const after = look()
    if (!after) return
    const sample = before && sampleOf(before, after)
    before = after
    if (sample) samples.push(sample)
    if (samples.length > KEPT_SAMPLES) samples.shift()
    tell(sample ? [sample] : [])
  }
  const tick = () => {
    if (stopped) return
    try {
      take()
    } catch (error) {
      // A page that shows nothing new is no reason to stop a relay.
      log.warn({ err: error }, 'the dashboard could not look')
    }
    callOff = clock.after(SAMPLE_MS, tick)
  }
  return {
    start: tick,
    stop() {
      stopped = true
      callOff()
      for (const res of followers) res.end()
    },
    follow(res, headers) {
      const type = {
        'content-type': 'text/event-stream',
        // A host's compression() would wait for more before it lets anything out.
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      }
      res.writeHead(200, { ...headers, ...type })
      if (stopped) return void res.end()
      res.on('close', () => followers.delete(res))
      followers.add(res)
      res.write(frameOf(samples))
    },
  }
}

/** A page is sent no more than it can show: lanes and event types. */
const busiest = (status: Status): Status => {
  const { schema } = status
  if (!schema || schema.eventTypes.length <= MAX_LANES) return busiestLanes(status)
  return busiestLanes({ ...status, schema: { ...schema, eventTypes: schema.eventTypes.slice(0, MAX_LANES) } })
}

/** Those that do not run come first, then those that hold most. */
const busiestLanes = (status: Status): Status => {
  const { forward } = status
  if (!forward || forward.lanes.length <= MAX_LANES) return status
  const weight = ({ state, held }: { state: string; held: number }) => (state === 'running' ? 0 : 1e12) + held
  const lanes = [...forward.lanes].sort((a, b) => weight(b) - weight(a)).slice(0, MAX_LANES)
  return { ...status, forward: { ...forward, lanes } }
}
