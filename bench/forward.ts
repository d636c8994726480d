/**
 * How much of the bare client's rate the forwarder keeps: decode, lanes, windows, verdicts and settling included.
 * Yardstick: `undici` `Pool.request` at the same concurrency against the same sink, a process of its own.
 * Prints one JSON line.
 */
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { systemClock } from '../packages/relay/src/clock.ts'
import { createForwarder } from '../packages/relay/src/forward/forwarder.ts'
import { createMemoryOutbox } from '../packages/relay/src/outbox/memory.ts'
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

const itemOf = (nonce: string) => ({
  kind: 'event' as const,
  nonce,
  eventType: 'purchase',
  date: '2026-01-01T00:00:00.000Z',
  dateUntrusted: false,
  trackerId: 'ru1cc7QHeklGu2_3MOzLkLncu3KJAQ',
  data: { email: 'somebody@shop.test', amount: 12_345, currency: 'EUR', label: 'x'.repeat(120) },
})

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
      const { kind: _, dateUntrusted: __, date: eventDate, ...item } = itemOf(`n${next++}`)
      const body = JSON.stringify({ projectId: 'demo-shop', eventDate, ...item })
      const answer = await pool.request({ method: 'POST', path: '/api/v1/events', headers, body })
      await answer.body.dump()
    }
  }
  return rateOf(() => Promise.all(Array.from({ length: CONCURRENCY }, worker)).then(() => pool.destroy()))
}

const forwarded = async (origin: string): Promise<number> => {
  const outbox = createMemoryOutbox({ clock: systemClock })
  for (let n = 0; n < ITEMS; n += BATCH) {
    const items = Array.from({ length: BATCH }, (_, index) => itemOf(`n${n + index}`))
    const record = new TextEncoder().encode(JSON.stringify(items))
    const shared = { kind: 'event' as const, lane: 'event:purchase', fingerprint: new Uint8Array(8) }
    const entries = items.map(({ nonce }, index) => ({ index, nonce, ...shared }))
    await outbox.put({ record, entries, receivedAt: 0 })
  }
  let left = ITEMS
  let done = () => {}
  const forwarder = createForwarder({
    outbox,
    decode: (record) => JSON.parse(new TextDecoder().decode(record)),
    tokens: {
      token: async () => 't',
      renew: async () => 't',
      onChange: () => () => {},
      health: () => ({ kind: 'static', state: 'ok' }),
      stop: () => {},
    },
    projectId: 'demo-shop',
    apiUrl: new URL('/api/v1', origin),
    concurrency: CONCURRENCY,
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    onEnding: () => void (--left === 0 && done()),
  })
  const rate = await rateOf(() => {
    const all = new Promise<void>((resolve) => {
      done = resolve
    })
    forwarder.start()
    return all
  })
  await forwarder.stop()
  return rate
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

const compare = async () => {
  const child = fork(fileURLToPath(import.meta.url), ['--sink'])
  const { port } = await new Promise<{ port: number }>((resolve) =>
    child.once('message', (message) => resolve(message as { port: number })),
  )
  const origin = `http://127.0.0.1:${port}`
  const rounds: { bare: number; forward: number }[] = []
  for (let round = 0; round <= ROUNDS; round += 1)
    rounds.push({ bare: await bare(origin), forward: await forwarded(origin) })
  const warm = rounds.slice(1)
  const [yardstick, rate] = [
    median(warm.map((round) => round.bare)),
    median(warm.map((round) => round.forward)),
  ]
  const ratio = median(warm.map((round) => round.forward / round.bare))
  console.log(
    JSON.stringify({
      bench: 'forward',
      rate: Math.round(rate),
      yardstick: Math.round(yardstick),
      ratio: Number(ratio.toFixed(2)),
      goal: 0.75,
    }),
  )
  child.kill()
}

if (process.argv.includes('--sink')) sink()
else await compare()
