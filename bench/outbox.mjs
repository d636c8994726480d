/**
 * Durable puts of ten-entry batches from 64 concurrent callers: the outbox against bare lmdb storing the same record.
 * After `npm run build`: node bench/outbox.mjs
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeNonce } from '@wmkt/protocol'
import { open } from 'lmdb'
import { openLmdbOutbox } from '../packages/relay/dist/outbox/lmdb.js'

const CALLERS = 64
const ROUND_MS = 1_500
const ROUNDS = 3
const record = randomBytes(4_440)

const makeIntake = () => {
  const entries = Array.from({ length: 10 }, (_, index) => {
    const nonce = makeNonce(Date.now(), Math.random)
    const fingerprint = createHash('sha1').update(nonce).digest().subarray(0, 8)
    return { index, kind: 'event', nonce, lane: 'event:purchase', fingerprint }
  })
  return { record, entries, receivedAt: Date.now() }
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
