/**
 * How much of the bare client's rate the forwarder keeps: decode, lanes, windows, verdicts and settling included.
 * Yardstick: `undici` `Pool.request` at the same concurrency against the same sink, a process of its own.
 * Prints one JSON line.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { systemClock } from '../packages/relay/src/clock.ts'
import { createForwarder } from '../packages/relay/src/forward/forwarder.ts'
import { createMemoryOutbox } from '../packages/relay/src/outbox/memory.ts'
import type { Outbox } from '../packages/relay/src/outbox/outbox.ts'
import { silentLog } from '../packages/relay/src/telemetry/log.ts'

const ITEMS = 40_000
const BATCH = 10
const CONCURRENCY = 64
const ROUNDS = 5

const sink = () => {
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'application/json')
    request.on('end', () => response.end('"0190a6a0-0000-7000-8000-000000000000"'))
  })
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
}

const data = { email: 'somebody@shop.test', amount: 12_345, currency: 'EUR', label: 'x'.repeat(120) }
const itemOf = (n: number) => {
  const stamp = { date: '2026-01-01T00:00:00.000Z', dateUntrusted: false }
  return {
    kind: 'event' as const,
    nonce: `n${n}`,
    eventType: 'purchase',
    trackerId: 'ru1cc7QHeklGu2_',
    data,
    ...stamp,
  }
}

/** Items a second. */
const rateOf = async (run: () => Promise<void>): Promise<number> => {
  const begun = performance.now()
  await run()
  return (ITEMS / (performance.now() - begun)) * 1_000
}

const bare = (origin: string): Promise<number> => {
  const pool = new Pool(origin, { connections: CONCURRENCY, pipelining: 1 })
  const headers = { authorization: 'Bearer t', 'content-type': 'application/json' }
  let next = 0
  const worker = async () => {
    while (next < ITEMS) {
      const { kind: _, dateUntrusted: __, date: eventDate, ...item } = itemOf(next++)
      const body = JSON.stringify({ projectId: 'demo-shop', eventDate, ...item })
      const answer = await pool.request({ method: 'POST', path: '/api/v1/events', headers, body })
      await answer.body.dump()
    }
  }
  return rateOf(() => Promise.all(Array.from({ length: CONCURRENCY }, worker)).then(() => pool.destroy()))
}

const fill = async (outbox: Outbox) => {
  const shared = { kind: 'event' as const, lane: 'event:purchase', fingerprint: new Uint8Array(8) }
  for (let n = 0; n < ITEMS; n += BATCH) {
    const items = Array.from({ length: BATCH }, (_, index) => itemOf(n + index))
    const record = new TextEncoder().encode(JSON.stringify(items))
    const entries = items.map(({ nonce }, index) => ({ index, nonce, ...shared }))
    await outbox.put({ record, entries, receivedAt: 0 })
  }
}

const forwarded = async (origin: string): Promise<number> => {
  const outbox = createMemoryOutbox({ clock: systemClock })
  await fill(outbox)
  const token = async () => 't'
  const health = () => ({ kind: 'static', state: 'ok' }) as const
  let left = ITEMS
  let done = () => {}
  const forwarder = createForwarder({
    outbox,
    decode: (record) => JSON.parse(new TextDecoder().decode(record)),
    tokens: { token, renew: token, onChange: () => () => {}, health, stop: () => {} },
    projectId: 'demo-shop',
    apiUrl: new URL('/api/v1', origin),
    concurrency: CONCURRENCY,
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    onEnding: () => void (--left === 0 && done()),
  })
  const drain = (resolve: () => void) => {
    done = resolve
    forwarder.start()
  }
  const rate = await rateOf(() => new Promise<void>(drain))
  await forwarder.stop()
  return rate
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

const compare = async () => {
  const child = fork(fileURLToPath(import.meta.url), ['--sink'])
  const [address] = await once(child, 'message')
  const origin = `http://127.0.0.1:${address.port}`
  const rounds: { yardstick: number; rate: number; ratio: number }[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [yardstick, rate] = [await bare(origin), await forwarded(origin)]
    if (round > 0) rounds.push({ yardstick, rate, ratio: rate / yardstick })
  }
  const mid = (key: 'yardstick' | 'rate' | 'ratio') => median(rounds.map((round) => round[key]))
  const [rate, yardstick] = [Math.round(mid('rate')), Math.round(mid('yardstick'))]
  console.log(
    JSON.stringify({ bench: 'forward', rate, yardstick, ratio: +mid('ratio').toFixed(2), goal: 0.75 }),
  )
  child.kill()
}

if (process.argv.includes('--sink')) sink()
else await compare()
