/**
 * Durable puts of ten-entry batches from 64 concurrent callers: the outbox against bare lmdb storing the same record.
 * After `npm run build`: node bench/outbox.mjs
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { openLmdbOutbox } from '../packages/relay/dist/outbox/lmdb.js'

const CALLERS = 64
const ROUND_MS = 1_500
const ROUNDS = 3
const record = randomBytes(4_440)

/** A UUIDv7, made cheaply: making the input must not be what is measured. */
const nonceAt = (now) => {
  const time = now.toString(16).padStart(12, '0')
  const chance = Math.floor(Math.random() * 2 ** 48)
    .toString(16)
    .padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(0, 3)}-8${chance.slice(3, 6)}-${chance}`
}

const fingerprint = randomBytes(8)
const makeIntake = () => {
  const receivedAt = Date.now()
  const entryAt = (_, index) => ({
    index,
    kind: 'event',
    nonce: nonceAt(receivedAt),
    lane: 'event:a',
    fingerprint,
  })
  return { record, entries: Array.from({ length: 10 }, entryAt), receivedAt }
}

/** Calls a second that were answered, 64 under way at any time. */
const rateOf = async (put) => {
  const began = performance.now()
  let answered = 0
  const caller = async () => {
    while (performance.now() - began < ROUND_MS) {
      await put()
      answered += 1
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return answered / ((performance.now() - began) / 1_000)
}

const dir = mkdtempSync(join(tmpdir(), 'wmkt-bench-'))
const bare = open({
  path: join(dir, 'bare'),
  overlappingSync: false,
  remapChunks: true,
  encoding: 'binary',
})
const log = { debug() {}, info() {}, warn() {}, error: console.error }
const clock = { now: Date.now, after: () => () => {} }
const onFatal = (error) => {
  throw error
}
const outbox = await openLmdbOutbox({ dir: join(dir, 'outbox'), clock, log, onFatal, maxBacklog: 1e9 })
const rates = { bare: [], outbox: [] }
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0
let seq = 0
for (let round = 0; round < ROUNDS; round += 1) {
  rates.bare.push(
    await rateOf(() => {
      makeIntake()
      seq += 1
      return bare.put(seq, record)
    }),
  )
  rates.outbox.push(await rateOf(() => outbox.put(makeIntake())))
}
const [ours, theirs] = [median(rates.outbox), median(rates.bare)]
console.log(
  `outbox.put ${Math.round(ours)}/s, bare lmdb put ${Math.round(theirs)}/s, ratio ${(ours / theirs).toFixed(2)}`,
)
await outbox.close()
await bare.close()
rmSync(dir, { recursive: true })
