import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createGather } from '../../../packages/sandbox/src/ingest/gather.ts'

const keyOf = (item: string): string => item.slice(0, 1)

/** Writes that end when the test says so. */
const createSlowWrite = () => {
  const writes: { items: readonly string[]; end: () => void; fail: () => void }[] = []
  const write = (items: readonly string[]): Promise<readonly string[]> =>
    new Promise((end, fail) => {
      writes.push({
        items,
        end: () => end(items.map((item) => `${item}!`)),
        fail: () => fail(new Error('disk')),
      })
    })
  return { writes, write }
}

const settle = (): Promise<void> => new Promise((later) => setImmediate(later))

describe('gathering', () => {
  test('gives each item its own outcome, and never two of one key to one write', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 40 }),
        async (items) => {
          const writes: (readonly string[])[] = []
          const put = createGather<string, string>({
            most: 5,
            keyOf,
            write: async (group) => {
              writes.push(group)
              await settle()
              return group.map((item) => `${item}!`)
            },
          })
          expect(await Promise.all(items.map(put))).toEqual(items.map((item) => `${item}!`))
          for (const group of writes) {
            expect(group.length).toBeLessThanOrEqual(5)
            expect(new Set(group.map(keyOf)).size).toBe(group.length)
          }
          expect(writes.flat().sort()).toEqual([...items].sort())
        },
      ),
      { numRuns: 50 },
    )
  })

  test('writes the first item at once, and what comes meanwhile together', async () => {
    const { writes, write } = createSlowWrite()
    const put = createGather<string, string>({ most: 10, keyOf, write })
    const all = Promise.all(['a', 'b', 'c'].map(put))
    expect(writes.map(({ items }) => items)).toEqual([['a']])
    writes[0]?.end()
    await settle()
    expect(writes.map(({ items }) => items)).toEqual([['a'], ['b', 'c']])
    writes[1]?.end()
    expect(await all).toEqual(['a!', 'b!', 'c!'])
  })

  test('goes on after a write that failed, which only its own items hear of', async () => {
    const { writes, write } = createSlowWrite()
    const put = createGather<string, string>({ most: 10, keyOf, write })
    const [first, second] = [put('a'), put('b')]
    writes[0]?.fail()
    await expect(first).rejects.toThrow('disk')
    await settle()
    writes[1]?.end()
    expect(await second).toBe('b!')
  })
})
