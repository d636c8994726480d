import { expect, test } from 'vitest'
import { accept } from '../../../packages/relay/src/collect/accept.ts'
import { bodyOf } from '../../../packages/relay/src/collect/arrived-body.ts'
import { type ContentPolicy, createContentReader } from '../../../packages/relay/src/collect/content.ts'
import { openRecord } from '../../../packages/relay/src/record-reader.ts'
import { schemaOf } from '../../../packages/relay/src/schema/parse-schema.ts'
import { createMemoryOutbox } from '../../support/memory-outbox.ts'
import { eventType, field } from '../../support/schema-facts.ts'
import { createTurnedClock } from '../../support/turned-clock.ts'
import { bodyText } from '../scan/bodies.ts'
import { judgeOf } from '../scan/two-ways.ts'

const EVENT = '{"kind":"event","nonce":"n","eventType":"lead","data":{"a":"x"}}'
const lead = schemaOf({ eventTypes: [eventType('lead', [field('a', 'string')])], project: {} })

/** The event as it lies in the outbox. */
const keptBy = async (policy: ContentPolicy) => {
  const outbox = createMemoryOutbox({ clock: createTurnedClock() })
  const raw = Buffer.from(bodyText([EVENT]))
  const content = createContentReader(policy)(bodyOf(raw), false)
  await accept({ raw, content, receivedAt: 1, trackerId: undefined }, outbox, policy)
  const [entry] = await outbox.lease('event:lead', 1)
  return entry && openRecord(entry.record).plainAt(entry.index)
}

test('a record names the glance at which its items were plain, if there was one', async () => {
  const judge = judgeOf(lead)
  const policy: ContentPolicy = { interactions: 'off', projectId: 'demo-shop' }
  expect((await keptBy({ ...policy, judge }))?.judgedBy).toBe(judge.glance().mark)
  expect(await keptBy(policy)).toMatchObject({ judgedBy: undefined })
})
