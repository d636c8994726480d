import { accept } from '../../packages/relay/dist/collect/accept.js'
import { bodyOf as arrived } from '../../packages/relay/dist/collect/arrived-body.js'
import { createContentReader } from '../../packages/relay/dist/collect/content.js'
import { packPuts } from '../../packages/relay/dist/outbox/lmdb/pack-puts.js'
import { bodyOf, slotsIn, writeNonce } from './template.mjs'

const EVENTS = 10
const CALLERS = 256

/** Fills an outbox with batches by the way that collect takes; `packed`: as the relay has it, with packs or without; `judge`: who looks at their types. */
export const fill = async (outbox, items, { packed = packPuts(outbox), callers = CALLERS, judge } = {}) => {
  const policy = { interactions: 'off', projectId: 'demo-shop', judge }
  const contentOf = createContentReader(policy)
  const template = bodyOf(EVENTS)
  const slots = slotsIn(template)
  let left = items / EVENTS
  const put = () => {
    const receivedAt = Date.now()
    const raw = Buffer.from(template)
    for (const slot of slots) writeNonce(raw, slot, receivedAt - Math.floor(Math.random() * 2_000))
    return accept({ raw, content: contentOf(arrived(raw), false), receivedAt }, packed, policy)
  }
  const caller = async () => {
    while (left-- > 0) await put()
  }
  await Promise.all(Array.from({ length: callers }, caller))
}
