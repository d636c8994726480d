import { ENDPOINTS, type Endpoint, type EndpointName, flawsOf, pathOf } from '@wmkt/api'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Mutation, mutated } from '../support/sample.ts'
import { type Answer, useBox } from '../support/sandbox.ts'
import { type Call, openValidCalls } from '../support/valid-calls.ts'

const box = useBox()

const NAMES = Object.keys(ENDPOINTS) as EndpointName[]
const UUID = 'da717cf8-cd33-4a6d-a052-68e2096f06b9'

/** Bodies that would pass, or nearly: what is hostile about a request is more often one key than all of it. */
const SAMPLES: readonly object[] = [
  { projectId: 'demo-shop', eventType: 'purchase', nonce: 'n', data: { order_id: '1', email: 'a@b.test' } },
  {
    since: '2026-01-01T00:00:00Z',
    until: '2027-01-01T00:00:00Z',
    metrics: ['turnover'],
    groupBy: 'project',
    interval: 'day',
  },
  { reference: 'r', name: 'R', fields: [{ label: 'x', entity: 'event-type', type: 'string', key: 'k' }] },
  { userData: { email: 'a@b.test' }, nodeData: { wmktId: 'demo-store', cid: 'c' } },
  { campaignSlug: 's', name: 'S', active: true },
  { amount: 1, startDate: '2026-01-01T00:00:00Z', endDate: '2026-02-01T00:00:00Z' },
  { value: 1, date: '2026-01-01T00:00:00Z' },
  { entity: 'user', key: 'k', label: 'K', type: 'string' },
  { key: 'k', name: 'K', format: 'number', symbols: [] },
  { fields: ['email'], sort: 'email', order: 'ASC', filters: { email: 'a@b.test' } },
]

const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    '\u0000',
    '\ud800',
    'x'.repeat(5000),
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-23:59',
    1e308,
    -0,
    UUID,
  ),
)

const body = fc.oneof(
  anyValue,
  fc.tuple(fc.constantFrom(...SAMPLES), fc.nat(), anyValue).map(([sample, index, value]) => ({
    ...sample,
    [Object.keys(sample)[index % Object.keys(sample).length] ?? '']: value,
  })),
)

const anyParam = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom(
    UUID,
    'demo-store',
    'purchase',
    'turnover',
    '%00',
    '..',
    '\u0000',
    'é'.repeat(300),
    '668fdaae3a8d910335ec56b1',
  ),
)

const request = fc.record({
  name: fc.constantFrom(...NAMES),
  param: anyParam,
  inProject: fc.boolean(),
  query: fc.dictionary(
    fc.constantFrom(
      'since',
      'until',
      'offset',
      'limit',
      'sort',
      'order',
      'search',
      'archived',
      'nameLike',
      'type',
    ),
    fc.string(),
  ),
  body,
})

const isDocumented = (status: number, answer: unknown): boolean => {
  if (status === 200 || status === 201) return true
  const told = answer as { statusCode: unknown; message: unknown; error: unknown }
  return [400, 404, 409].includes(status) && told.statusCode === status && typeof told.error === 'string'
}

describe('any JSON posted anywhere', () => {
  test('gets a documented answer, never a 5xx or a stack trace', async () => {
    await fc.assert(
      fc.asyncProperty(request, async ({ name, param, inProject, query, body: sent }) => {
        const paramOf = (key: string) => (key === 'projectId' && inProject ? 'demo-shop' : param)
        const path = ENDPOINTS[name].path.replace(/\{(\w+)\}/g, (_, key) => encodeURIComponent(paramOf(key)))
        const { method } = ENDPOINTS[name]
        const answer = await box.call(
          method,
          `${path}?${new URLSearchParams(query)}`,
          method === 'GET' ? undefined : sent,
        )
        expect(answer.status, JSON.stringify(answer.body)).toSatisfy((status: number) =>
          isDocumented(status, answer.body),
        )
        expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.(ts|js):\d+/)
      }),
      { numRuns: 250 },
    )
  })

  test('leaves nothing that ingestion cannot settle', async () => {
    await expect.poll(async () => (await box.sandbox.counts()).accepted).toBe(0)
  })
})

/** Endpoints that take more than a path. */
const callsWithParts: ReadonlySet<EndpointName> = new Set(
  NAMES.filter((name) => {
    const { body: sent, query }: Endpoint = ENDPOINTS[name]
    return sent !== undefined || query !== undefined
  }),
)

/** What the contract says an endpoint may answer. */
const statusesOf = (name: EndpointName): readonly number[] => {
  const { refusals = {} }: Endpoint = ENDPOINTS[name]
  return [200, 201, 400, ...Object.keys(refusals).map(Number)]
}

const queryTextOf = (query: unknown): string => {
  const entries = typeof query === 'object' && query !== null ? Object.entries(query) : []
  return new URLSearchParams(entries.map(([key, value]) => [key, String(value).toWellFormed()])).toString()
}

const make = ({ name, params, query, body: sent }: Call): Promise<Answer> =>
  box.call(ENDPOINTS[name].method, `${pathOf(name, params)}?${queryTextOf(query)}`, sent)

const isSuccess = ({ status }: Answer): boolean => status === 200 || status === 201

describe('a call that the contract describes', () => {
  let callOf: Awaited<ReturnType<typeof openValidCalls>>
  beforeAll(async () => {
    await box.sandbox.reset()
    callOf = await openValidCalls(box)
  })

  const mutation: fc.Arbitrary<Mutation> = fc.record({
    at: fc.nat(),
    how: fc.constantFrom('replace', 'replace', 'drop', 'wrap', 'add', 'text'),
    value: anyValue,
  })
  const changes = fc.record({
    name: fc.constantFrom(...NAMES.filter((name) => callsWithParts.has(name))),
    ofBody: fc.array(mutation, { maxLength: 2 }),
    ofQuery: fc.array(mutation, { maxLength: 1 }),
  })

  test('gets a documented answer however a part or two of it are changed, and one in three is still taken', async () => {
    let taken = 0
    let made = 0
    await fc.assert(
      fc.asyncProperty(changes, async ({ name, ofBody, ofQuery }) => {
        const whole = callOf(name)
        const call = {
          ...whole,
          body: whole.body && ofBody.reduce(mutated, whole.body),
          query: whole.query && ofQuery.reduce(mutated, whole.query),
        }
        const answer = await make(call)
        made += 1
        if (isSuccess(answer)) taken += 1
        expect(statusesOf(name), JSON.stringify([call, answer.body])).toContain(answer.status)
        if (isSuccess(answer)) expect(flawsOf(ENDPOINTS[name].response, answer.body)).toEqual([])
        expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.(ts|js):\d+/)
      }),
      { numRuns: 300 },
    )
    expect(taken / made).toBeGreaterThan(1 / 3)
    await expect.poll(async () => (await box.sandbox.counts()).accepted).toBe(0)
  })

  test.each(NAMES)('is taken as it stands: %s', async (name) => {
    const answer = await make(callOf(name))
    expect([isSuccess(answer), answer.body]).toEqual([true, answer.body])
    expect(flawsOf(ENDPOINTS[name].response, answer.body)).toEqual([])
  })
})

describe('a path', () => {
  test.each([
    '/projects/%00/fields',
    '/projects/%ff/fields',
    '/projects/demo-shop/events/%E0%A4%A',
    '//',
    '/%2e%2e/',
  ])('like %s is answered below 500', async (path) => {
    const { status, body: answer } = await box.get(path)
    expect([400, 404]).toContain(status)
    expect(answer.statusCode).toBe(status)
  })
})
