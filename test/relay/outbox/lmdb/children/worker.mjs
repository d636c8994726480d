// Puts, leases and settles in the outbox in argv[2] until it is killed, and says on stdout what was answered:
// `put <nonce>`, `<settlement> <nonce>`. A line is written after the answer and before anything else.
import { writeSync } from 'node:fs'
import { systemClock } from '../../../../../packages/relay/dist/clock.js'
import { openLmdbOutbox } from '../../../../../packages/relay/dist/outbox/lmdb/lmdb.js'
import { settled } from '../../../../../packages/relay/dist/outbox/settled.js'
import { silentLog } from '../../../../../packages/relay/dist/telemetry/log.js'

const [dir, life] = process.argv.slice(2)
const say = (what, nonce) => writeSync(1, `${what} ${nonce}\n`)
const onFatal = () => process.exit(1)
const outbox = await openLmdbOutbox({ dir, clock: systemClock, log: silentLog, onFatal })

const LANES = ['event:a', 'event:b', 'interaction:']
let made = 0
const entryAt = (_, index) => {
  made += 1
  const nonce = `n-${life}-${made}`
  const lane = LANES[made % 3]
  return { index, kind: lane.split(':')[0], nonce, lane, fingerprint: Buffer.alloc(8, 1) }
}
const putOn = async () => {
  for (;;) {
    const entries = Array.from({ length: 1 + (made % 7) }, entryAt)
    await outbox.put({ record: Buffer.alloc(300 + (made % 5_000), 'r'), entries, receivedAt: Date.now() })
    for (const { nonce } of entries) say('put', nonce)
  }
}
const settlementAt = (step) => {
  if (step % 5 === 0) return { type: 'bury', code: 'NO', message: 'no' }
  if (step % 5 === 1) return { type: 'retry', dueAt: Date.now() + 20, triedMs: 1, counted: true }
  return { type: 'ack', upstreamId: 'up' }
}
const forwardOn = async (lane) => {
  for (let step = 0; ; ) {
    for (const { ref, nonce } of await outbox.lease(lane, 4)) {
      step += 1
      const settlement = settlementAt(step)
      if (lane === 'interaction:') {
        await settled(outbox, ref, { type: 'mark' })
        say('mark', nonce)
      }
      await settled(outbox, ref, settlement)
      say(settlement.type, nonce)
      if (settlement.type === 'bury' && step % 3 === 0 && (await outbox.redrive(nonce))) say('redrive', nonce)
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
for (let caller = 0; caller < 8; caller += 1) void putOn()
for (const lane of LANES) void forwardOn(lane)
