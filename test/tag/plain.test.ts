import 'fake-indexeddb/auto'
import { createRecorder, createTag } from '@wmkt/tag'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createBatchScanner } from '../../packages/relay/src/scan/batch.ts'
import { anyType } from '../../packages/relay/src/scan/plain-type.ts'
import { createGlance } from '../../packages/relay/src/schema/glance.ts'
import { schemaOf } from '../../packages/relay/src/schema/parse-schema.ts'
import { eventType, field } from '../support/schema-facts.ts'

/** Bodies as they were posted, in place of the network. */
const startRelay = (): Buffer[] => {
  const bodies: Buffer[] = []
  vi.stubGlobal('fetch', async (_url: string, { body }: { body: string }) => {
    bodies.push(Buffer.from(body))
    const { length: accepted } = JSON.parse(body).items
    return new Response(JSON.stringify({ accepted, duplicates: 0, rejected: [], held: [] }), { status: 202 })
  })
  return bodies
}
afterEach(() => vi.unstubAllGlobals())

const DATA = {
  email: 'ada@example.org',
  note: 'é€😀 "quoted" \\ in\ntwo\tlines',
  amount: 12.5,
  news: true,
  place: { zipcode: '75001', country: 'FR' },
}
const FORMS = { email: 'email', note: 'string', amount: 'number', news: 'boolean', place: 'location' }
const fields = Object.entries(FORMS).map(([key, form]) => field(key, form))
const judged = createGlance(new Set())(
  schemaOf({ eventTypes: [eventType('lead', fields)], project: {} }),
).types
const scan = createBatchScanner()

test('what a tag really sends is read by the relay without a parser, with a schema and without', async () => {
  const bodies = startRelay()
  const tag = createTag({ endpoint: '/collect-plain', project: 'demo-shop' })
  tag.event('lead', DATA)
  tag.tracker('ru1cc7QHeklGu2_')
  tag.event('lead', DATA)
  tag.event('lead', DATA, { nonce: 'order-7', occurredAt: Date.now(), trackerId: 'ru1cc7' })
  tag.flush()
  const recorder = createRecorder({ endpoint: '/collect-recorded' })
  recorder.event('lead', DATA)
  const sent = () => bodies.flatMap((body) => scan(body, anyType)?.events ?? [])
  const counts = () => bodies.map((body) => JSON.parse(body.toString()).items.length)
  // A recorder waits two seconds for the tracker ID.
  await expect.poll(counts).toEqual([3, 1])
  expect(sent().map(({ lane }) => lane)).toEqual(Array(4).fill('event:lead'))
  expect(bodies.flatMap((body) => scan(body, judged)?.events ?? [])).toEqual(sent())
  const parses = vi.spyOn(JSON, 'parse')
  onTestFinished(() => parses.mockRestore())
  expect(sent().length).toBe(4)
  expect(parses, 'nor what stands beside the items, but the first time').not.toHaveBeenCalled()
})
