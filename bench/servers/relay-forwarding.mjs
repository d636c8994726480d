/**
 * A relay that forwards from its LMDB outbox when told to: `{fill}` puts so many items first, `{drain}` says how many a
 * second were delivered and settled on disk. Between the two the token is withheld. Its third argument: of how
 * many event types, if not the three of a tag's batch.
 */
import { join } from 'node:path'
import { createRelay } from '../../packages/relay/dist/index.js'
import { openLmdbOutbox } from '../../packages/relay/dist/outbox/lmdb/lmdb.js'
import { packPuts } from '../../packages/relay/dist/outbox/lmdb/pack-puts.js'
import { openSealing } from '../../packages/relay/dist/seal/open-sealing.js'
import { fill } from '../load/fill.mjs'
import { noForwarding, optionsIn } from './relay-options.mjs'
import { createJudge, keepSchema } from './schema.mjs'

const [, , dataDir, origin, manyTypes] = process.argv
const types = manyTypes ? Number(manyTypes) : undefined
const clock = { now: Date.now, after: (ms, callback) => clearTimeout.bind(null, setTimeout(callback, ms)) }
const log = { debug() {}, info() {}, warn: console.warn, error: console.error }
let given = deferred()
let onEnding = () => {}

function deferred() {
  let resolve
  let value
  const promise = new Promise((done) => {
    resolve = done
  })
  void promise.then((given) => {
    value = given
  })
  return { promise, resolve, value: () => value }
}

const onFatal = (error) => {
  throw error
}
await keepSchema(dataDir, types)
const judge = createJudge(clock, log, types)
const outboxDir = join(dataDir, 'outbox')
const sealing = openSealing({ dataDir, outboxDir, nats: undefined, keyFile: undefined }, { clock, log })
const opened = await openLmdbOutbox({ dir: outboxDir, clock, log, onFatal, maxBacklog: 1e9 })
const outbox = packPuts(sealing.around(opened))
const tokens = { ...noForwarding.tokens, token: () => given.promise, inHand: () => given.value() }
const relay = createRelay(
  { ...optionsIn(dataDir), apiUrl: `${origin}/api/v1` },
  { tokens, openOutbox: async () => outbox, sealing, onEnding: () => onEnding() },
)
await relay.start()

/** Delivers so many items, then withholds the token again. */
const drain = (items) =>
  new Promise((resolve) => {
    let left = items
    const began = performance.now()
    onEnding = () => {
      left -= 1
      if (left !== 0) return
      given = deferred()
      resolve((items / (performance.now() - began)) * 1_000)
    }
    given.resolve('t')
  })

process.on('message', async (order) => {
  if (order.fill) await fill(outbox, order.fill, { packed: outbox, judge, types })
  process.send({ perSecond: order.drain ? await drain(order.drain) : 0, held: outbox.ledger().held })
})
process.send({ ready: true })
