import { parseBatch } from '@wmkt/protocol/parse'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bodyOf } from '../../../packages/relay/src/collect/arrived-body.ts'
import {
  type ContentPolicy,
  countIn,
  createContentReader,
} from '../../../packages/relay/src/collect/content.ts'
import { parseJson } from '../../../packages/relay/src/collect/json.ts'
import { sift, siftPlain } from '../../../packages/relay/src/collect/sift.ts'
import { Problem } from '../../../packages/relay/src/http/problem.ts'
import { schemaOf } from '../../../packages/relay/src/schema/parse-schema.ts'
import type { Validation } from '../../../packages/relay/src/schema/validation.ts'
import { eventType, field } from '../../support/schema-facts.ts'
import { bodyText, dataText, eventText, likelyData, mangled, oddBodyText } from '../scan/bodies.ts'
import { judgeOf, readable } from '../scan/two-ways.ts'

const PROJECT = 'demo-shop'
const EVENT = '{"kind":"event","nonce":"n","eventType":"lead","data":{}}'
type Policy = ContentPolicy & { judge?: Validation | undefined }
const policyOf = (more: Partial<Policy> = {}): Policy => ({
  ...{ projectId: PROJECT, interactions: 'origins' },
  ...more,
})

const problemIn = (error: unknown): string => {
  if (error instanceof Problem) return `${error.code} ${error.message}`
  throw error
}

/** How a body ends that was read by the content reader. */
const ended = (raw: Buffer, keyed: boolean, policy: ContentPolicy) => {
  try {
    const content = createContentReader(policy)(bodyOf(raw), keyed)
    const sifted = content.kind === 'plain' ? siftPlain(content.events, policy) : sift(content, policy)
    const { frame } = content
    return { frame, keyed: content.keyed, items: countIn(content), ...readable(sifted) }
  } catch (error) {
    return problemIn(error)
  }
}

/** The same by the parser alone. */
const endedLong = (raw: Buffer, keyed: boolean, policy: ContentPolicy) => {
  try {
    const parsed = parseBatch(parseJson(raw))
    if (!parsed.ok) throw new Problem(parsed.code, parsed.detail)
    const { items, ...frame } = parsed.batch
    if (frame.projectId !== undefined && frame.projectId !== PROJECT)
      throw new Problem('PROJECT_UNKNOWN', 'projectId: not the project of this relay')
    const sifted = sift({ kind: 'items', keyed, frame, items, bodyBytes: raw.length }, policy)
    return { frame, keyed, items: items.length, ...readable(sifted) }
  } catch (error) {
    return problemIn(error)
  }
}

const schema = schemaOf({ eventTypes: [eventType('lead', [field('a', 'string')])], project: {} })
const POLICIES: readonly (() => Policy)[] = [
  () => policyOf(),
  () => policyOf({ interactions: 'off' }),
  () => policyOf({ browserEventTypes: new Set(['lead']) }),
  () => policyOf({ judge: judgeOf(schema) }),
  () => policyOf({ judge: judgeOf(undefined) }),
]

test('whatever body comes to whatever relay, it ends as by the parser alone', () => {
  const event = eventText(fc.oneof(likelyData, dataText))
  const body = fc.array(event, { minLength: 1, maxLength: 2 }).map((items) => bodyText(items))
  const raw = fc.oneof(
    body.map((text) => Buffer.from(text)),
    oddBodyText.map((text) => Buffer.from(text)),
    mangled(body),
  )
  fc.assert(
    fc.property(raw, fc.boolean(), fc.nat(POLICIES.length - 1), (bytes, keyed, which) => {
      const [policy, alike] = [POLICIES[which]?.() ?? policyOf(), POLICIES[which]?.() ?? policyOf()]
      expect(ended(bytes, keyed, policy)).toEqual(endedLong(bytes, keyed, alike))
      expect(policy.judge?.status()).toEqual(alike.judge?.status())
    }),
    { numRuns: 4_000 },
  )
})

describe('a body of plain events', () => {
  const kindOf = (text: string, keyed = false, policy = policyOf()) =>
    createContentReader(policy)(bodyOf(Buffer.from(text)), keyed).kind
  const frameWith = (key: string, value: string) => bodyText([EVENT], [[`"${key}"`, value]])

  test('is never parsed', () => {
    const parsed = (): never => {
      throw new Error('parsed')
    }
    const body = { raw: Buffer.from(bodyText([EVENT, EVENT])), parsed }
    const content = createContentReader(policyOf())(body, false)
    expect([content.kind, countIn(content)]).toEqual(['plain', 2])
  })

  test.each<[string, string, 'plain' | 'items', boolean?, Partial<Policy>?]>([
    ['as a tag sends it', bodyText([EVENT]), 'plain'],
    ['with a key', bodyText([EVENT]), 'plain', true],
    ['without a word on consent', `{"items":[${EVENT}]}`, 'plain'],
    ['of a visitor who was not asked', frameWith('consent', '"required"'), 'items'],
    ['of a visitor who said no', frameWith('consent', '"denied"'), 'items'],
    [
      'where browsers may post a few types',
      bodyText([EVENT]),
      'items',
      false,
      { browserEventTypes: new Set() },
    ],
    ['with a key, all the same', bodyText([EVENT]), 'plain', true, { browserEventTypes: new Set() }],
    ['of types that are known', bodyText([EVENT]), 'plain', false, { judge: judgeOf(schema) }],
    ['of types that are not known yet', bodyText([EVENT]), 'items', false, { judge: judgeOf(undefined) }],
  ])('%s', (_, text, kind, keyed, policy) => {
    expect(kindOf(text, keyed, policyOf(policy))).toBe(kind)
  })

  test('of more bytes than one item may have is looked at item by item', () => {
    const data = (bytes: number) => EVENT.replace('{}', `{"t":"${'x'.repeat(bytes)}"}`)
    const body = (bytes: number) => bodyText([data(bytes)], [])
    const rest = body(0).length
    expect([kindOf(body(65_536 - rest)), kindOf(body(65_537 - rest))]).toEqual(['plain', 'items'])
  })

  test('of another project is refused', () => {
    expect(() => kindOf(frameWith('projectId', '"other-shop"'))).toThrow('not the project of this relay')
  })
})
