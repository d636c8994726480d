import { createServer } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { LaneLine, Status } from '../../../packages/relay/src/admin/status.ts'
import { createTally } from '../../../packages/relay/src/collect/tally.ts'
import {
  createLive,
  type Frame,
  KEPT_SAMPLES,
  type LiveOptions,
  SAMPLE_MS,
} from '../../../packages/relay/src/dashboard/live.ts'
import { makeCounters } from '../../../packages/relay/src/forward/counters.ts'
import { listen } from '../../../packages/relay/src/http/listen.ts'
import { EMPTY_LEDGER } from '../../../packages/relay/src/outbox/ledger.ts'
import { createCounts } from '../../../packages/relay/src/telemetry/counts.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const laneOf = (name: string, held: number, state: 'running' | 'paused' = 'running'): LaneLine => ({
  ...{ lane: `event:${name}`, inFlight: 0, window: 4, held },
  ...(state === 'paused' ? { state, until: 1 } : { state }),
})
const statusOf = (lanes: LaneLine[] = []): Status => ({
  ...{ projectId: 'demo-shop', now: 0, ready: true, collect: createTally().counts() },
  forward: {
    ...{ project: { state: 'running' }, lanes, inFlight: 0, settling: 0, probing: false, probes: 0 },
    counters: makeCounters(),
  },
})

/** The live view on a clock that is turned by hand, behind a real socket. */
const open = async (options: Partial<LiveOptions> = {}) => {
  const clock = createManualClock()
  const counts = createCounts(createTally().counts)
  const look = () => ({ at: clock.now(), ledger: EMPTY_LEDGER, counts: counts.read() })
  const live = createLive({ clock, status: () => statusOf(), look, log: silentLog, ...options })
  const listener = await listen(
    createServer((_req, res) => live.follow(res, {})),
    '127.0.0.1',
    0,
  )
  onTestFinished(() => listener.close(0))
  const follow = async () => {
    const { body } = await fetch(listener.url)
    const reader = (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    return async (): Promise<Frame> => {
      while (!text.includes('\n\n')) {
        const { value, done } = await reader.read()
        if (done) throw new Error('the stream has ended')
        text += value
      }
      const [frame = '', ...rest] = text.split('\n\n')
      text = rest.join('\n\n')
      return JSON.parse(frame.slice('data: '.length))
    }
  }
  return { clock, live, follow }
}

test('a page is sent the past at once, and then each point as it comes', async () => {
  const { clock, live, follow } = await open()
  live.start()
  clock.advance(3 * SAMPLE_MS)
  const next = await follow()
  expect((await next()).samples).toHaveLength(3)
  clock.advance(SAMPLE_MS)
  expect((await next()).samples.map(({ at }) => at)).toEqual([clock.now()])
  live.stop()
})

test('the past is bounded', async () => {
  const { clock, live, follow } = await open()
  live.start()
  clock.advance((KEPT_SAMPLES + 50) * SAMPLE_MS)
  const { samples } = await (await follow())()
  expect(samples).toHaveLength(KEPT_SAMPLES)
  expect(samples.at(-1)?.at).toBe(clock.now())
  live.stop()
})

test('of very many lanes a page is sent those that stand still, then those that hold most', async () => {
  const many = Array.from({ length: 60 }, (_, at) => laneOf(`n${at}`, at))
  const { follow } = await open({ status: () => statusOf([laneOf('still', 0, 'paused'), ...many]) })
  const { status, lanes } = await (await follow())()
  expect(lanes).toBe(61)
  expect(status.forward?.lanes).toHaveLength(50)
  expect(status.forward?.lanes.slice(0, 2).map(({ lane }) => lane)).toEqual(['event:still', 'event:n59'])
})

test('a look that fails is logged, and the next one is taken all the same', async () => {
  const warn = vi.fn()
  const look = vi.fn(() => {
    throw new Error('the disk')
  })
  const { clock, live } = await open({ look, log: { ...silentLog, warn } })
  live.start()
  clock.advance(SAMPLE_MS)
  expect([look.mock.calls.length, warn.mock.calls.length]).toEqual([2, 2])
  live.stop()
})

test('after the stop no clock ticks, and who comes is sent away', async () => {
  const { clock, live, follow } = await open()
  live.start()
  live.stop()
  expect(clock.nextAt()).toBeUndefined()
  await expect((await follow())()).rejects.toThrow('the stream has ended')
})
