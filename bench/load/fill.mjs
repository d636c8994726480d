import { laneOf } from '../../packages/relay/dist/outbox/lane.js'
import { encodeRecord } from '../../packages/relay/dist/record.js'
import { bodyOf, slotsIn, writeNonce } from './template.mjs'

const EVENTS = 10
const CALLERS = 256

/** Fills an outbox with batches as collect would have stored them. */
export const fill = async (outbox, items) => {
  const template = bodyOf(EVENTS)
  const slots = slotsIn(template)
  const lanes = JSON.parse(template).items.map(({ eventType }) => laneOf('event', eventType))
  let left = items / EVENTS
  const intake = () => {
    const receivedAt = Date.now()
    const body = Buffer.from(template)
    const entries = slots.map((slot, index) => {
      writeNonce(body, slot, receivedAt - Math.floor(Math.random() * 2_000))
      const nonce = body.latin1Slice(slot, slot + 36)
      return { index, kind: 'event', nonce, lane: lanes[index], fingerprint: body.subarray(slot, slot + 8) }
    })
    return { record: encodeRecord({ receivedAt, sentAt: receivedAt }, body), entries, receivedAt }
  }
  const caller = async () => {
    while (left-- > 0) await outbox.put(intake())
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
}
