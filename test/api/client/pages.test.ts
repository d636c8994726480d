import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eachOf } from '../../../packages/api/src/client/pages.ts'
import { type Answer, json } from '../local-server.ts'
import { clientOn, rejectionOf } from './client-on.ts'

type Behaviour = { total: number; keys: 3 | 5; maximum?: number }

/** A list of integrations as the upstream pages it; `maximum` is what it hands out at most, whatever the limit. */
const listing =
  ({ total, keys, maximum = 1000 }: Behaviour): Answer =>
  (seen, res) => {
    const offset = Number(seen.query.get('offset') ?? 0)
    const limit = Math.min(Number(seen.query.get('limit') ?? 10), maximum)
    const all = Array.from({ length: total }, (_, index) => ({ _id: String(index), wmktId: `w${index}` }))
    const data = all.slice(offset, offset + limit)
    const rest = keys === 5 ? { offset, limit } : {}
    json(200, { count: data.length, total, data, ...rest })(seen, res)
  }

const collected = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

const idsFor = async (behaviour: Behaviour, input = {}) => {
  const { client, server } = await clientOn(listing(behaviour))
  const items = await collected(client.eachIntegration(input))
  return { ids: items.map(({ _id }) => _id), requests: server.seen.length }
}
const upTo = (total: number, from = 0) =>
  Array.from({ length: total - from }, (_, index) => String(index + from))

describe('a walk', () => {
  test.each([3, 5] as const)('yields the last page too, with %i keys', async (keys) => {
    expect(await idsFor({ total: 15, keys }, { limit: 10 })).toEqual({ ids: upTo(15), requests: 2 })
  })

  test.each([
    [0, 1],
    [1, 1],
    [10, 1],
    [11, 2],
    [20, 2],
    [21, 3],
  ])('over %i items at 10 a page makes %i requests', async (total, requests) => {
    expect(await idsFor({ total, keys: 5 }, { limit: 10 })).toEqual({ ids: upTo(total), requests })
  })

  test('loses nothing when the server hands out fewer than asked', async () => {
    expect((await idsFor({ total: 25, keys: 5, maximum: 10 }, { limit: 100 })).ids).toEqual(upTo(25))
  })

  test('begins where it is told', async () => {
    expect((await idsFor({ total: 25, keys: 3 }, { offset: 7, limit: 5 })).ids).toEqual(upTo(25, 7))
  })

  test('asks for pages only as they are needed', async () => {
    const { client, server } = await clientOn(listing({ total: 100, keys: 5 }))
    for await (const item of client.eachIntegration({ limit: 10 })) {
      if (item._id === '14') break
    }
    expect(server.seen).toHaveLength(2)
  })

  test('ends at an empty page, though the total promised more', async () => {
    const { client, server } = await clientOn(json(200, { count: 0, total: 9, data: [] }))
    expect(await collected(client.eachIntegration())).toEqual([])
    expect(server.seen).toHaveLength(1)
  })

  test('passes filters, and the page in the body where the endpoint wants it there', async () => {
    const { client, server } = await clientOn(json(200, { count: 0, total: 0, data: [] }))
    await collected(client.eachCampaign({ wmktId: 'w', explicit: false }))
    await collected(client.eachUser({ fields: ['email'] }))
    expect(String(server.seen[0]?.query)).toBe('explicit=false&offset=0&limit=50')
    expect(JSON.parse(server.seen[1]?.body ?? '')).toEqual({ fields: ['email'], offset: 0, limit: 50 })
  })

  test('rejects where the list does, and stops when called off', async () => {
    const { client } = await clientOn(json(404, { statusCode: 404, message: 'No such user' }))
    expect(await rejectionOf(collected(client.eachUserEvent({ id: 'u' })))).toMatchObject({
      kind: 'not-found',
    })
    const { client: other } = await clientOn(listing({ total: 100, keys: 5 }))
    const signal = AbortSignal.abort()
    expect(await rejectionOf(collected(other.eachIntegration({}, { signal })))).toMatchObject({
      fault: 'aborted',
    })
  })
})

describe('eachOf', () => {
  test('yields every item once and in order, for any list and page size', async () => {
    const sizes = fc.record({
      total: fc.nat(40),
      limit: fc.integer({ min: 1, max: 15 }),
      maximum: fc.integer({ min: 1, max: 15 }),
    })
    await fc.assert(
      fc.asyncProperty(sizes, async ({ total, limit, maximum }) => {
        const all = Array.from({ length: total }, (_, index) => index)
        const list = async (slice: { offset?: number; limit?: number }) => {
          const { offset = 0, limit: wanted = 10 } = slice
          return { data: all.slice(offset, offset + Math.min(wanted, maximum)), total }
        }
        expect(await collected(eachOf(list)({ limit }))).toEqual(all)
      }),
    )
  })
})
