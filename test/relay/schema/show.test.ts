import { join } from 'node:path'
import { schemaIn } from '@wmkt/protocol/schema'
import { expect, test } from 'vitest'
import type { RelayOptions } from '../../../packages/relay/src/options.ts'
import { createSchemaFile } from '../../../packages/relay/src/schema/schema-file.ts'
import { startRelay } from '../../support/relay.ts'
import { eventType, field } from '../../support/schema-facts.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const ORIGIN = 'https://shop.test'
const LEAD = eventType('lead', [
  field('email', 'email', { optional: false, isPii: true, label: 'Mail of the lead' }),
  field('when', 'date'),
])

/** A relay that knows two event types from its last run. */
const start = async (options: Partial<RelayOptions>) => {
  const dataDir = tempFolder('schema')
  const facts = {
    eventTypes: [LEAD, eventType('secret', [])],
    project: { phoneParsingConfig: ['FR'], name: 'x' },
  }
  await createSchemaFile(join(dataDir, 'schema.json')).save({ facts, readAt: Date.now() })
  const known = { dataDir, validation: 'hold' as const, allowedOrigins: [ORIGIN], debug: true }
  const { url } = await startRelay({ options: { ...known, ...options } })
  return (headers: Record<string, string> = { origin: ORIGIN }) => fetch(`${url}/schema`, { headers })
}

test('a page of an allowed origin sees names, forms and flags of the event types, and nothing else', async () => {
  const ask = await start({ coercions: ['date'], browserEventTypes: ['lead'] })
  const answer = await ask()
  expect(answer.status).toBe(200)
  expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN)
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const body = await answer.json()
  expect(body).toEqual({
    hash: expect.any(String),
    coercions: ['date'],
    types: [
      {
        reference: 'lead',
        hash: expect.any(String),
        fields: [
          { key: 'email', form: 'email', mandatory: true, isPii: true },
          { key: 'when', form: 'date', mandatory: false, isPii: false },
        ],
        countries: ['FR'],
        moreCountries: false,
      },
    ],
  })
  const read = schemaIn(body)
  expect([...(read?.schema.types.get('lead')?.keys ?? [])]).toEqual(['email', 'when'])
  expect(read?.coercions).toEqual(new Set(['date']))
})

test.each<[string, Record<string, string>]>([
  ['a page of another origin', { origin: 'https://evil.test' }],
  ['a page without an origin', { origin: 'null' }],
  ['the address bar', { 'sec-fetch-site': 'none' }],
  ['no page at all', {}],
])('%s is refused', async (_who, headers) => {
  const ask = await start({})
  const answer = await ask(headers)
  expect([answer.status, (await answer.json()).code]).toEqual([403, 'ORIGIN_REFUSED'])
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})

test('looking counts against the rate limit', async () => {
  const ask = await start({ rateLimit: 2 })
  expect((await ask()).status).toBe(200)
  expect((await ask()).status).toBe(200)
  const third = await ask()
  expect([third.status, (await third.json()).code]).toEqual([429, 'RATE_LIMITED'])
  expect(third.headers.get('retry-after')).toMatch(/^\d+$/)
})

test('there is nothing to see unless debugging is on, and 503 while nothing is known', async () => {
  const off = await start({ debug: false })
  expect((await off()).status).toBe(404)
  const blind = await start({ validation: 'off' })
  expect([(await blind()).status, (await (await blind()).json()).code]).toEqual([503, 'STARTING'])
})

test('what is no schema is not taken for one', () => {
  for (const value of [undefined, null, 'x', {}, { types: {} }, { types: [] }])
    expect(schemaIn(value)).toBeUndefined()
})
