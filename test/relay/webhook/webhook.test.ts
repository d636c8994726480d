import { expect, onTestFinished, test, vi } from 'vitest'
import type { Untold, UntoldDelivery } from '../../../packages/relay/src/outbox/outbox.ts'
import { encodeRecord } from '../../../packages/relay/src/record.ts'
import { recordWithout } from '../../../packages/relay/src/record-erasure.ts'
import { clear } from '../../../packages/relay/src/seal/open-sealing.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import type { NotTaken } from '../../../packages/relay/src/webhook/post.ts'
import { createWebhook, GATHER_MS } from '../../../packages/relay/src/webhook/webhook.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const recordOf = (items: unknown[]) =>
  encodeRecord({ receivedAt: 0 }, Buffer.from(JSON.stringify({ v: 1, items })))

const lead = (nonce: string) => ({ kind: 'event', nonce, eventType: 'lead', data: {} })

/** A list of transactions that delivered something, and a receiver that is a function. */
const start = () => {
  const clock = createManualClock()
  const rows: { stamp: number; deliveries: UntoldDelivery[] }[] = []
  let stamps = 0
  let onEmpty = () => {}
  const untold: Untold = {
    read(most) {
      if (rows.length === 0) queueMicrotask(onEmpty)
      const read: typeof rows = []
      for (const row of rows) {
        read.push(row)
        if (read.flatMap(({ deliveries }) => deliveries).length >= most) break
      }
      return { deliveries: read.flatMap(({ deliveries }) => deliveries), upTo: read.at(-1)?.stamp ?? 0 }
    },
    async crossOut(upTo) {
      while ((rows[0]?.stamp ?? Infinity) <= upTo) rows.shift()
    },
    oldestAt: () => rows[0]?.deliveries[0]?.deliveredAt,
  }
  const posted: string[][] = []
  const bodies: string[] = []
  const receiver = { answer: async (): Promise<NotTaken | undefined> => undefined }
  const log = { ...silentLog, warn: vi.fn(), info: vi.fn() }
  const webhook = createWebhook({
    ...{ untold, clock, projectId: 'demo-shop', open: clear.open, random: () => 0.5, log },
    post: async (body) => {
      bodies.push(body)
      posted.push(JSON.parse(body).data.events.map(({ nonce }: { nonce: string }) => nonce))
      return receiver.answer()
    },
  })
  onTestFinished(webhook.stop)
  const deliver = (...nonces: string[]) => {
    const record = recordOf(nonces.map(lead))
    const deliveries = nonces.map((nonce, index) => ({
      ...{ kind: 'event' as const, nonce, upstreamId: `u-${nonce}`, deliveredAt: clock.now(), record, index },
    }))
    stamps += 1
    rows.push({ stamp: stamps, deliveries })
    webhook.wake()
  }
  const pass = async (ms: number) => {
    clock.advance(ms)
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
  }
  const whenEmpty = (act: () => void) => {
    onEmpty = act
  }
  return { webhook, clock, rows, posted, bodies, receiver, log, deliver, pass, whenEmpty }
}

test('tells at its start of what was left, then of what comes, a burst in one message', async () => {
  const { webhook, deliver, posted, pass, rows, clock } = start()
  deliver('a', 'b')
  webhook.start()
  await pass(0)
  expect(posted).toEqual([['a', 'b']])
  deliver('c')
  deliver('d')
  await pass(GATHER_MS - 1)
  expect(posted).toHaveLength(1)
  await pass(1)
  expect(posted.slice(1)).toEqual([['c', 'd']])
  expect(rows).toEqual([])
  expect(webhook.status()).toEqual({ told: 4, failures: 0 })
  expect(clock.nextAt()).toBeUndefined()
})

test('a message has a hundred events at most, and all are told', async () => {
  const { webhook, deliver, posted, pass } = start()
  deliver(...Array.from({ length: 250 }, (_, n) => `a${n}`))
  for (let n = 0; n < 150; n += 1) deliver(`b${n}`)
  webhook.start()
  await pass(0)
  expect(posted.map(({ length }) => length)).toEqual([100, 100, 50, 100, 50])
  expect(posted.flat()).toHaveLength(400)
})

test('what is not taken is told again, in order, with growing pauses, and said once', async () => {
  const { webhook, deliver, posted, bodies, pass, receiver, rows, log, clock } = start()
  receiver.answer = async () => ({ why: 'HTTP 500', waitMs: 0 })
  deliver('a')
  webhook.start()
  await pass(0)
  const waits: number[] = []
  for (let n = 0; n < 4; n += 1) {
    const waitMs = (clock.nextAt() ?? 0) - clock.now()
    waits.push(waitMs)
    await pass(waitMs)
  }
  expect(waits).toEqual([1_000, 1_000, 2_000, 4_000])
  expect(new Set(bodies).size).toBe(1)
  expect(webhook.status()).toMatchObject({ told: 0, failures: 5, problem: 'HTTP 500' })
  expect(log.warn).toHaveBeenCalledTimes(1)
  deliver('b')
  expect(posted).toHaveLength(5)
  receiver.answer = async () => undefined
  await pass(10_000)
  expect(posted.slice(5)).toEqual([['a', 'b']])
  expect([rows, log.info.mock.calls.length]).toEqual([[], 1])
  expect(webhook.status()).toEqual({ told: 2, failures: 5 })
})

test('a receiver that says when to come again is left alone until then', async () => {
  const { webhook, deliver, posted, pass, receiver } = start()
  receiver.answer = async () => ({ why: 'HTTP 429', waitMs: 60_000 })
  deliver('a')
  webhook.start()
  await pass(0)
  await pass(59_999)
  expect(posted).toHaveLength(1)
  await pass(1)
  expect(posted).toHaveLength(2)
})

test('of a stretch that was cut short everything is told again', async () => {
  const { webhook, deliver, posted, pass, receiver } = start()
  let answers = 0
  receiver.answer = async () => {
    answers += 1
    return answers === 2 ? { why: 'HTTP 503', waitMs: 0 } : undefined
  }
  deliver(...Array.from({ length: 150 }, (_, n) => `a${n}`))
  webhook.start()
  await pass(0)
  await pass(1_000)
  expect(posted.map(({ length }) => length)).toEqual([100, 50, 100, 50])
})

test('what is delivered while a message is on its way is told next, and two never go at once', async () => {
  const { webhook, deliver, posted, pass, receiver } = start()
  let take = () => {}
  receiver.answer = () => new Promise((resolve) => (take = () => resolve(undefined)))
  deliver('a')
  webhook.start()
  await pass(0)
  deliver('b')
  await pass(10_000)
  expect(posted).toEqual([['a']])
  take()
  await pass(GATHER_MS)
  expect(posted).toEqual([['a'], ['b']])
  take()
  await pass(GATHER_MS)
  expect(posted).toHaveLength(2)
})

test('what is delivered just as a look has found nothing more is told all the same', async () => {
  const { webhook, deliver, posted, pass, whenEmpty } = start()
  whenEmpty(() => {
    whenEmpty(() => {})
    deliver('late')
  })
  webhook.start()
  await pass(0)
  await pass(GATHER_MS)
  expect(posted).toEqual([['late']])
})

test('an interaction has no id to be told, who was erased is not told of, and a record that cannot be read has no type', async () => {
  const { webhook, rows, bodies, pass } = start()
  const record = recordWithout(recordOf([lead('erased'), lead('b')]), [0])
  const one = { kind: 'event' as const, deliveredAt: 5, upstreamId: 'u' }
  const deliveries: UntoldDelivery[] = [
    { ...one, kind: 'interaction', nonce: 'i', record, index: 1 },
    { ...one, nonce: 'erased', record, index: 0 },
    { ...one, nonce: 'b', record, index: 1 },
    { ...one, nonce: 'c', record: Buffer.from('rubbish'), index: 0 },
  ]
  rows.push({ stamp: 1, deliveries })
  webhook.start()
  await pass(0)
  expect(JSON.parse(bodies[0] ?? '').data.events).toEqual([
    { nonce: 'b', eventType: 'lead', upstreamId: 'u', deliveredAt: 5 },
    { nonce: 'c', upstreamId: 'u', deliveredAt: 5 },
  ])
  expect(rows).toEqual([])
})

test('once stopped it tells nothing more, and what was under way is not crossed out', async () => {
  const { webhook, deliver, posted, pass, receiver, rows } = start()
  receiver.answer = async () => ({ why: 'AbortError', waitMs: 0 })
  deliver('a')
  webhook.start()
  await pass(0)
  await webhook.stop()
  deliver('b')
  await pass(600_000)
  expect([posted.length, rows.length]).toEqual([1, 2])
})
