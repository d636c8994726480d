// Puts until the disk fails (strace makes fdatasync fail), and says as JSON what it was told then and after. With
// `unmarked` the folder does not take the file that stands for the suspicion either.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../../../packages/relay/dist/clock.js'
import { openLmdbOutbox } from '../../../../../packages/relay/dist/outbox/lmdb/lmdb.js'
import { silentLog } from '../../../../../packages/relay/dist/telemetry/log.js'

const fatal = []
const outbox = await openLmdbOutbox({
  dir: process.argv[2],
  clock: systemClock,
  log: silentLog,
  onFatal: (error) => fatal.push(error.name),
})
if (process.argv[3] === 'unmarked') mkdirSync(join(process.argv[2], 'suspect'))
let made = 0
const put = () => {
  made += 1
  const entry = { index: 0, kind: 'event', nonce: `n${made}`, lane: 'event:a', fingerprint: 0 }
  return outbox.put({ record: Buffer.from('{}'), entries: [entry], receivedAt: Date.now() }).then(
    () => 'accepted',
    (error) => error.name,
  )
}
const answers = []
while (answers.at(-1) !== 'OutboxFailed' && made < 200) answers.push(await put())
const received = outbox.ledger().received
const after = await Promise.all([put(), put(), outbox.lease('event:a', 1).catch((error) => error.name)])
process.stdout.write(`${JSON.stringify({ answers, after, fatal, received })}\n`)
process.exit(0)
