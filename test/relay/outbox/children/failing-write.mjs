// Puts from all sides at once while writes fail now and then for want of room (strace makes them), each again until it is
// taken; says as JSON how often one was refused, and what is held at the end.
import { setImmediate as turn } from 'node:timers/promises'
import { systemClock } from '../../../../packages/relay/dist/clock.js'
import { openLmdbOutbox } from '../../../../packages/relay/dist/outbox/lmdb.js'
import { silentLog } from '../../../../packages/relay/dist/telemetry/log.js'

const fatal = []
const outbox = await openLmdbOutbox({
  dir: process.argv[2],
  clock: systemClock,
  log: silentLog,
  onFatal: (error) => fatal.push(error.message),
})
const LANES = ['event:a', 'event:b', 'event:c']
const told = { refused: 0, outcomes: {}, fatal }
const putUntilTaken = async (n) => {
  const entry = { index: 0, kind: 'event', nonce: `n${n}`, lane: LANES[n % 3], fingerprint: n }
  const intake = { record: Buffer.from(`${n} `.padEnd(9_000, '.')), entries: [entry], receivedAt: Date.now() }
  for (;;) {
    const outcome = await outbox.put(intake).then(
      ([first]) => first,
      (error) => error.reason ?? error.name,
    )
    if (outcome === 'storage') told.refused += 1
    else {
      told.outcomes[outcome] = (told.outcomes[outcome] ?? 0) + 1
      return
    }
    await turn()
  }
}
let next = 0
const caller = async () => {
  while (next < 3_000) await putUntilTaken(next++)
}
await Promise.all(Array.from({ length: 40 }, caller))
const held = []
for (const lane of outbox.lanes())
  for (const { nonce, record } of await outbox.lease(lane, 10_000)) held.push([nonce, record.toString()])
told.held = held.length
told.right = new Set(
  held.filter(([nonce, text]) => nonce === `n${text.split(' ')[0]}`).map(([nonce]) => nonce),
).size
told.ledger = outbox.ledger()
await outbox.close()
process.stdout.write(`${JSON.stringify(told)}\n`)
