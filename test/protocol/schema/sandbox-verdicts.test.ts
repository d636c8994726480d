import { createStaticToken } from '@wmkt/api/client'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Schema } from '../../../packages/protocol/src/schema/schema.ts'
import { verdictOf } from '../../../packages/protocol/src/schema/verdict.ts'
import { schemaOf } from '../../../packages/relay/src/schema/parse-schema.ts'
import { createSchemaReader } from '../../../packages/relay/src/schema/read-upstream.ts'
import { useBox } from '../../support/sandbox.ts'
import { dataOf, FORMS_TRIED, valueFor } from './generated.ts'

const box = useBox()
let schema: Schema

/** One optional field of each form, so that each value is judged alone. */
const PROBE = {
  reference: 'probe',
  name: 'Probe',
  fields: FORMS_TRIED.map((type) => ({
    ...{ label: type, entity: 'event-type', type, optional: true, discriminant: false },
    ...{ ingestionKey: `a-${type}`, storageKey: `a-${type}` },
  })),
}

const readSchema = () => {
  const { sandbox, token } = box
  const { api: apiUrl, projectId } = sandbox
  return createSchemaReader({ apiUrl, projectId, tokens: createStaticToken(token) })()
}

beforeAll(async () => {
  await box.post('~/event-types', PROBE)
  schema = schemaOf(await readSchema())
})

/** What no chance may leave out. */
const GOOD: Readonly<Record<(typeof FORMS_TRIED)[number], unknown>> = {
  ...{ string: 'text', number: 1, boolean: true, email: 'ada@example.org', phone: '+33612345678' },
  ...{
    date: '2026-03-14T09:26:53.589Z',
    currency: { amount: 1, currency: 'EUR' },
    location: { country: 'FR' },
  },
}
const EVENTS = [{ email: 'ada@example.org' }, { email: 'ada@example.org', spam: 1 }, {}].map(
  (data): [{ reference: string; data: Record<string, unknown> }] => [{ reference: 'newsletter', data }],
)

const judge = (reference: string, data: Readonly<Record<string, unknown>>) => {
  const type = schema.types.get(reference)
  return type ? verdictOf(type, data).level : 'reject'
}

/** Asks the sandbox too: what the relay calls ok is kept, what it rejects is not. */
const agree = async (reference: string, data: Readonly<Record<string, unknown>>) => {
  const level = judge(reference, data)
  const { status, body } = await box.sync(reference, data)
  if (level === 'ok') expect(status, JSON.stringify(body)).toBe(200)
  if (level === 'reject') expect(status).toBe(400)
  return level
}

describe.each([
  ['mildly', false],
  ['strictly', true],
])('a sandbox that reads the reference %s', (_, strict) => {
  beforeAll(() => {
    box.sandbox.set({ strict })
  })

  test.each(FORMS_TRIED)('keeps each %s that the relay calls ok, and none that it rejects', async (form) => {
    const seen = new Set<string>()
    const property = fc.asyncProperty(valueFor(form), async (value) => {
      seen.add(await agree('probe', { [`a-${form}`]: value }))
    })
    await fc.assert(property, {
      examples: [[GOOD[form]], [['a list']]],
      numRuns: Number(process.env.RUNS ?? 8),
    })
    expect(seen).toContain('ok')
    expect(seen).toContain('reject')
  })

  test('keeps each event of the demo project that the relay calls ok, and none that it rejects', async () => {
    const seen = new Set<string>()
    const types = [...schema.types.values()].filter(({ reference }) => reference !== 'probe')
    const event = fc
      .constantFrom(...types)
      .chain((type) => dataOf(type).map((data) => ({ reference: type.reference, data })))
    const property = fc.asyncProperty(event, async ({ reference, data }) => {
      seen.add(await agree(reference, data))
    })
    await fc.assert(property, { examples: EVENTS, numRuns: Number(process.env.RUNS ?? 16) })
    expect([...seen].sort()).toEqual(['ok', 'reject', 'warn'])
  })
})
