// Puts records one after another and in crowds into argv[3] below argv[2], and writes `resolved <n>` to stdout the
// moment each put resolves. Record n holds the text `record-<n>;`. `unsynced` does the same on a store that never
// syncs, to show that whoever watches would see it.
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { open } from 'lmdb'
import { systemClock } from '../../../../../packages/relay/dist/clock.js'
import { openLmdbOutbox } from '../../../../../packages/relay/dist/outbox/lmdb/lmdb.js'
import { silentLog } from '../../../../../packages/relay/dist/telemetry/log.js'

const [dir, how] = process.argv.slice(2)
const openSynced = async () => {
  const outbox = await openLmdbOutbox({
    dir,
    clock: systemClock,
    log: silentLog,
    onFatal: () => process.exit(1),
  })
  const putRecord = (n) => {
    const entry = { index: 0, kind: 'event', nonce: `n${n}`, lane: 'event:a', fingerprint: 0 }
    return outbox.put({ record: Buffer.from(`record-${n};`), entries: [entry], receivedAt: 0 })
  }
  return { putRecord, close: () => outbox.close() }
}
const openUnsynced = async () => {
  const store = open({ path: join(dir, 'outbox.mdb'), noSubdir: true, noSync: true, overlappingSync: false })
  return { putRecord: (n) => store.put(n, `record-${n};`), close: () => store.close() }
}
const { putRecord, close } = await (how === 'synced' ? openSynced() : openUnsynced())
const putAndSay = async (n) => {
  await putRecord(n)
  writeSync(1, `resolved ${n}\n`)
}
for (let n = 1; n <= 5; n += 1) await putAndSay(n)
for (let crowd = 10; crowd <= 50; crowd += 10)
  await Promise.all(Array.from({ length: 8 }, (_, at) => putAndSay(crowd + at)))
await close()
