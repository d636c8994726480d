// Runs in a mount namespace of its own, on a disk of a few MB at argv[2]: fills it, also behind the outbox's back,
// makes room again, and says as JSON what happened.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../../../packages/relay/dist/clock.js'
import { openLmdbOutbox } from '../../../../../packages/relay/dist/outbox/lmdb/lmdb.js'
import { settled } from '../../../../../packages/relay/dist/outbox/settled.js'
import { silentLog } from '../../../../../packages/relay/dist/telemetry/log.js'

const disk = process.argv[2]
const fatal = []
const outbox = await openLmdbOutbox({
  dir: join(disk, 'outbox'),
  clock: systemClock,
  log: silentLog,
  keepDeliveredMs: 0,
  onFatal: (error) => fatal.push(error.message),
})
let made = 0
const put = () => {
  made += 1
  const entry = { index: 0, kind: 'event', nonce: `n${made}`, lane: 'event:a', fingerprint: 0 }
  return outbox.put({ record: Buffer.alloc(20_000, 'x'), entries: [entry], receivedAt: Date.now() })
}
const reasonOf = (promise) =>
  promise.then(
    () => 'taken',
    (error) => error.reason ?? error.name,
  )
const fill = async () => {
  let taken = 0
  while ((await reasonOf(put())) === 'taken') taken += 1
  return taken
}
const ballast = join(disk, 'ballast')
const takeTheRest = () => {
  for (let bytes = 2 ** 22; bytes >= 4_096; bytes /= 2)
    for (;;)
      try {
        writeFileSync(ballast, Buffer.alloc(bytes), { flag: 'a' })
      } catch {
        break
      }
}
const settleAll = async () => {
  const reasons = new Set()
  for (const { ref } of await outbox.lease('event:a', 10_000)) {
    const reason = await reasonOf(settled(outbox, ref, { type: 'ack' }))
    reasons.add(reason)
    if (reason !== 'taken') outbox.release([ref])
  }
  return [...reasons]
}

const told = { filled: await fill(), refused: await reasonOf(put()) }
takeTheRest()
told.withoutReserve = [await reasonOf(put()), ...(await settleAll())]
rmSync(ballast)
told.settled = await settleAll()
told.again = await fill()
told.ledger = outbox.ledger()
told.fatal = fatal
await outbox.close()
process.stdout.write(`${JSON.stringify(told)}\n`)
