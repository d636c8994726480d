/**
 * The outbox of a relay, on NATS as `wmkt-relay` opens it: `{put}` stores so many events by the way that collect takes,
 * `{take}` leases and acknowledges so many; `inFlight` of them at a time. Several of these share one outbox.
 */

import { parseNatsUrl } from '../../packages/relay/dist/outbox/nats/url.js'
import { openOutbox } from '../../packages/relay/dist/outbox/open-outbox.js'
import { settled } from '../../packages/relay/dist/outbox/settled.js'
import { openSealing } from '../../packages/relay/dist/seal/open-sealing.js'
import { fill } from '../load/fill.mjs'

const BATCH = 10
const CHUNK = 32
const LANES = ['event:page-view', 'event:add-to-cart', 'event:purchase']
const UPSTREAM_ID = '00000000-0000-4000-8000-000000000000'

const [, , url, projectId] = process.argv
const clock = { now: Date.now, after: (ms, callback) => clearTimeout.bind(null, setTimeout(callback, ms)) }
const log = { debug() {}, info() {}, warn() {}, error: console.error }
const onFatal = (error) => {
  throw error
}
const sealing = openSealing({ nats: {} }, { clock, log })
const place = { projectId, nats: parseNatsUrl(url), maxBacklog: 1e9 }
const outbox = await openOutbox(place, { clock, log, sealing, onFatal })

const take = async (events, inFlight) => {
  let left = events
  let turn = 0
  const worker = async () => {
    while (left > 0) {
      const wanted = Math.min(CHUNK, left)
      left -= wanted
      turn += 1
      const entries = await outbox.lease(LANES[turn % LANES.length], wanted)
      left += wanted - entries.length
      const ack = { type: 'ack', upstreamId: UPSTREAM_ID }
      await Promise.all(entries.map(({ ref }) => settled(outbox, ref, ack)))
    }
  }
  await Promise.all(Array.from({ length: inFlight / CHUNK }, worker))
  if (left > 0) await take(left, inFlight)
}

process.on('message', async (order) => {
  const { inFlight } = order
  if (order.put) await fill(outbox, order.put, { packed: outbox, callers: inFlight / BATCH })
  if (order.take) await take(order.take, inFlight)
  process.send({ done: true })
})
process.send({ ready: true })
