// Opens the outbox in argv[2], puts one entry, says so, and holds on until it is killed.
import { systemClock } from '../../../../../packages/relay/dist/clock.js'
import { openLmdbOutbox } from '../../../../../packages/relay/dist/outbox/lmdb/lmdb.js'
import { silentLog } from '../../../../../packages/relay/dist/telemetry/log.js'

const onFatal = () => process.exit(1)
const outbox = await openLmdbOutbox({ dir: process.argv[2], clock: systemClock, log: silentLog, onFatal })
const entry = { index: 0, kind: 'event', nonce: 'held', lane: 'event:a', fingerprint: 0 }
await outbox.put({ record: Buffer.from('{}'), entries: [entry], receivedAt: Date.now() })
process.send('holding')
setInterval(() => {}, 1_000)
