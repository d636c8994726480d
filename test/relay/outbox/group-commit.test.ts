import { describe, expect, test } from 'vitest'
import { createGroupCommit, Declined } from '../../../packages/relay/src/outbox/group-commit.ts'

type Gate = { commit: (works: string[]) => Promise<void>; open: (error?: Error) => void; commits: string[][] }

/** Commits that end when the test says so. */
const makeGate = (): Gate => {
  const commits: string[][] = []
  const waiting: ((error?: Error) => void)[] = []
  return {
    commits,
    commit: (works) => {
      commits.push(works)
      return new Promise((resolve, reject) => waiting.push((error) => (error ? reject(error) : resolve())))
    },
    open: (error) => waiting.shift()?.(error),
  }
}
const faultOf = (error: unknown) => new Error('fault', { cause: error })
const turn = () => new Promise((resolve) => setImmediate(resolve))
const groupOver = (gate: Gate, maxWorks = 4) =>
  createGroupCommit<string[]>({ begin: () => [], commit: gate.commit, faultOf, maxWorks })
const soon = (group: ReturnType<typeof groupOver>): Promise<void> =>
  new Promise((done, fail) =>
    group.add({ run: (works) => void works.push('soon'), done, fail, canWait: true }),
  )
const named = (name: string) => (works: string[]) => works.push(name)

describe('group commit', () => {
  test('works of one turn share a commit, and none is answered before it ends', async () => {
    const gate = makeGate()
    const group = groupOver(gate)
    const answered: number[] = []
    const works = ['a', 'b'].map((name) => group.within(named(name)).then((n) => answered.push(n)))
    await turn()
    expect(gate.commits).toEqual([['a', 'b']])
    expect(answered).toEqual([])
    gate.open()
    await Promise.all(works)
    expect(answered).toEqual([1, 2])
  })

  test('works that come during a commit go into the next, so many at a time', async () => {
    const gate = makeGate()
    const group = groupOver(gate)
    const works = [group.within(named('first'))]
    await turn()
    for (const name of ['a', 'b', 'c', 'd', 'e']) works.push(group.within(named(name)))
    await turn()
    expect(gate.commits).toHaveLength(1)
    gate.open()
    await turn()
    gate.open()
    await turn()
    gate.open()
    await Promise.all(works)
    expect(gate.commits).toEqual([['first'], ['a', 'b', 'c', 'd'], ['e']])
  })

  test('works that can wait share a commit over turns, as long as each few bring another', async () => {
    const gate = makeGate()
    const group = groupOver(gate, 100)
    const works: Promise<unknown>[] = []
    for (let at = 0; at < 20; at += 1) {
      works.push(soon(group))
      await turn()
      if (at % 2 === 0) await turn()
    }
    expect(gate.commits).toEqual([])
    for (let turns = 0; turns < 6; turns += 1) await turn()
    expect(gate.commits.map(({ length }) => length)).toEqual([20])
    gate.open()
    await Promise.all(works)
  })

  test('however many come, a full commit waits for no more', async () => {
    const gate = makeGate()
    const group = groupOver(gate, 4)
    for (let at = 0; at < 5; at += 1) void soon(group)
    await turn()
    expect(gate.commits).toEqual([['soon', 'soon', 'soon', 'soon']])
  })

  test('one that cannot wait takes along those that can, in order', async () => {
    const gate = makeGate()
    const group = groupOver(gate)
    const works: Promise<unknown>[] = [soon(group)]
    await turn()
    works.push(group.within(named('now')))
    await turn()
    await turn()
    expect(gate.commits).toEqual([['soon', 'now']])
    gate.open()
    expect(await Promise.all(works)).toEqual([undefined, 2])
  })

  test('a work that declines is answered so; its neighbours are committed', async () => {
    const gate = makeGate()
    const group = groupOver(gate)
    const neighbour = group.within(named('a'))
    const declined = group.within(() => {
      throw new Declined(new TypeError('no'))
    })
    await expect(declined).rejects.toThrow(TypeError)
    gate.open()
    await expect(neighbour).resolves.toBe(1)
  })

  test('a commit that fails fails all its works, and the next commit is another matter', async () => {
    const gate = makeGate()
    const group = groupOver(gate)
    const lost = Promise.allSettled([group.within(named('a')), group.within(named('b'))])
    await turn()
    gate.open(new Error('disk'))
    expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const next = group.within(named('c'))
    await turn()
    gate.open()
    await expect(next).resolves.toBe(1)
  })

  test('a work that breaks takes the whole transaction with it: what it left half done is never committed', async () => {
    const gate = makeGate()
    const group = groupOver(gate)
    const works = [
      group.within(named('a')),
      group.within(() => {
        throw new RangeError('a bug')
      }),
    ]
    const settled = await Promise.allSettled(works)
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(gate.commits).toEqual([])
  })

  test('it is idle when all is answered', async () => {
    const gate = makeGate()
    const group = groupOver(gate)
    await group.idle()
    let idle = false
    const work = group.within(named('a'))
    const waited = group.idle().then(() => {
      idle = true
    })
    await turn()
    expect(idle).toBe(false)
    gate.open()
    await Promise.all([work, waited])
    expect(idle).toBe(true)
  })
})
