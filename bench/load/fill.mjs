import { accept } from '../../packages/relay/dist/collect/accept.js'
import { bodyOf as arrived } from '../../packages/relay/dist/collect/arrived-body.js'
import { createContentReader } from '../../packages/relay/dist/collect/content.js'
import { packPuts } from '../../packages/relay/dist/outbox/lmdb/pack-puts.js'
import { bodyOf, slotsIn, typeName, writeNonce } from './template.mjs'

const EVENTS = 10
const CALLERS = 256

/** Batches in which all of so many types are as frequent; of the three that a tag's batch has when it is not said how many. */
const templatesOf = (types) =>
  types === undefined
    ? [bodyOf(EVENTS)]
    : Array.from({ length: Math.ceil(types / EVENTS) }, (_, part) =>
        bodyOf(EVENTS, (index) => typeName((part * EVENTS + index) % types)),
      )

/**
 * Fills an outbox with batches by the way that collect takes; `packed`: as the relay has it, with packs or without;
 * `judge`: who looks at their types; `types`: how many there are, if not the three of a tag's batch.
 */
export const fill = async (
  outbox,
  items,
  { packed = packPuts(outbox), callers = CALLERS, judge, types } = {},
) => {
  const policy = { interactions: 'off', projectId: 'demo-shop', judge }
  const contentOf = createContentReader(policy)
  const templates = templatesOf(types)
  const slots = slotsIn(templates[0])
  let left = items / EVENTS
  let begun = 0
  const put = () => {
    const receivedAt = Date.now()
    const raw = Buffer.from(templates[begun % templates.length])
    begun += 1
    for (const slot of slots) writeNonce(raw, slot, receivedAt - Math.floor(Math.random() * 2_000))
    return accept({ raw, content: contentOf(arrived(raw), false), receivedAt }, packed, policy)
  }
  const caller = async () => {
    while (left-- > 0) await put()
  }
  await Promise.all(Array.from({ length: callers }, caller))
}
