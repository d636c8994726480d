import 'fake-indexeddb/auto'
import { join } from 'node:path'
import type * as Source from '@wmkt/tag'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'

/** What a site loads: the minified bundle, as `npm run build` has left it. */
const bundle = join(process.cwd(), 'packages/tag/dist/tag.mjs')
/** Loaded anew, as by a page: the connection to the disk belongs to the module. */
const load = (): Promise<typeof Source> => {
  vi.resetModules()
  return import(/* @vite-ignore */ bundle)
}

type Sent = { nonce: string; kind: string; data?: unknown; userData?: unknown }
type Body = { storage: string; items: Sent[] }

/** A relay that takes everything, in place of the network; its bodies as they came. */
const startRelay = (): Body[] => {
  const bodies: Body[] = []
  vi.stubGlobal('fetch', async (_url: string, { body }: { body: string }) => {
    const batch: Body = JSON.parse(body)
    bodies.push(batch)
    const receipt = { accepted: batch.items.length, duplicates: 0, rejected: [], held: [] }
    return new Response(JSON.stringify(receipt), { status: 202 })
  })
  return bodies
}

let lanes = 0
/** A tag on a lane of its own, and everything it tells. */
const startTag = async () => {
  const { createTag } = await load()
  const tag = createTag({ endpoint: `/collect-${++lanes}` })
  const stored: string[] = []
  const endings: Source.News[] = []
  tag.on('stored', ({ nonce }) => stored.push(nonce))
  tag.on('ending', (news) => endings.push(news))
  return { tag, stored, endings }
}

const throwing = (thrown: unknown) => ({
  get boom() {
    throw thrown
  },
})
const nested = (levels: number): object => {
  let value = {}
  for (let level = 0; level < levels; level += 1) value = { value }
  return value
}
const cyclic = (): object => {
  const value: { list: unknown[] } = { list: [] }
  value.list.push(value)
  return value
}
const refusal = (): never => {
  throw new Error('no')
}
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
/** Made anew for each run, since what has been looked at may not be the same any more. */
const MONSTERS: (() => unknown)[] = [
  cyclic,
  revoked,
  () => nested(100_000),
  () => ({ huge: 'x'.repeat(65_536) }),
  () => ({ wide: 'é'.repeat(40_000) }),
  () => throwing(new Error('boom')),
  () => throwing(undefined),
  () => throwing(null),
  () => throwing(Symbol('boom')),
  () => throwing(Object.create(null)),
  () => ({ toJSON: refusal }),
  () => ({ toJSON: () => undefined }),
  () => new Proxy({}, { ownKeys: refusal, get: refusal }),
  () => ({ big: 10n }),
  () => ({ lone: '\ud800' }),
  () => refusal,
  () => Symbol('data'),
  () => new Date(Number.NaN),
]
/** Wrapped, since the runner itself stumbles over some of them when it looks at what it has made. */
const anything: fc.Arbitrary<() => unknown> = fc.oneof(
  fc.constantFrom(...MONSTERS),
  fc
    .anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
      withUnicodeString: true,
    })
    .map((value) => () => value),
)

/** Records as a page does, whose arguments nobody checks. */
const record = (
  tag: Source.Tag,
  kind: 'event' | 'interaction',
  ...given: unknown[]
): Promise<string | null> => Reflect.apply(tag[kind], tag, given)

afterEach(() => vi.unstubAllGlobals())

describe.each([
  ['disk', () => {}],
  ['memory', () => vi.stubGlobal('indexedDB', undefined)],
])('the minified bundle, with the outbox in %s', (storage, prepare) => {
  test('nothing that is recorded throws or rejects, and each call has one ending that says why', async () => {
    prepare()
    const bodies = startRelay()
    const { tag, stored, endings } = await startTag()
    const recorded: string[] = []
    let refused = 0
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('event', 'interaction'),
        anything,
        anything,
        async (kind, one, two) => {
          const before = endings.length
          const nonce = await record(tag, kind, one(), two())
          if (typeof nonce === 'string') return void recorded.push(nonce)
          expect(nonce).toBe(null)
          refused += 1
          await eventually(
            () => expect(endings.filter(({ ending }) => ending === 'rejected')).toHaveLength(refused),
            { interval: 1 },
          )
          const why = endings.slice(before).find(({ ending }) => ending === 'rejected')
          expect(['ITEM_INVALID', 'ITEM_TOO_LARGE']).toContain(why?.code)
        },
      ),
      { numRuns: 400 },
    )
    tag.flush()
    const delivered = () => endings.filter(({ ending }) => ending === 'delivered').map(({ nonce }) => nonce)
    await eventually(() => expect(delivered().sort()).toEqual([...recorded].sort()))
    expect(stored.sort()).toEqual([...recorded].sort())
    expect(endings).toHaveLength(400)
    expect(refused).toBeGreaterThan(50)
    expect(new Set(bodies.map((body) => body.storage))).toEqual(new Set([storage]))
  })

  test('what is JSON arrives as it was given, whatever is recorded beside it', async () => {
    prepare()
    const bodies = startRelay()
    const { tag, endings } = await startTag()
    const given = new Map<string, unknown>()
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), anything, async (data, beside) => {
        const [nonce] = await Promise.all([
          record(tag, 'event', 'view', data),
          record(tag, 'event', 'view', beside()),
        ])
        if (nonce) given.set(nonce, JSON.parse(JSON.stringify(data)))
      }),
    )
    tag.flush()
    await eventually(() => expect(endings).toHaveLength(200))
    const arrived = new Map(bodies.flatMap(({ items }) => items.map(({ nonce, data }) => [nonce, data])))
    expect(given.size).toBe(100)
    for (const [nonce, data] of given) expect(arrived.get(nonce)).toEqual(data)
  })
})
