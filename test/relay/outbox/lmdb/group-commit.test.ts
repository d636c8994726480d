import { describe, expect, onTestFinished, test } from 'vitest'
import { createGroupCommit, Declined } from '../../../../packages/relay/src/outbox/lmdb/group-commit.ts'

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
    group.add({ run: (works) => void works.push('soon'), done, fail, canWait: true, canRunAhead: false }),
  )
/** What is rejected and nobody handles, instead of the end of this test run. */
const unhandled = (): unknown[] => {
  const reasons: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', (reason) => reasons.push(reason))
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection')
    for (const other of others) process.on('unhandledRejection', other)
  })
  return reasons
}
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

  test.each([undefined, new Error('no space')])(
    'what breaks where one is told (%s) is said, and keeps nothing from the others',
    async (fault) => {
      const reasons = unhandled()
      const gate = makeGate()
      const group = groupOver(gate)
      const broken = () => {
        throw new Error('broken')
      }
      const breaking = { run: () => {}, done: broken, fail: broken, canWait: false, canRunAhead: false }
      group.add(breaking)
      const other = group.within(named('other')).then(String, String)
      await turn()
      gate.open(fault)
      expect(await other).toBe(fault ? 'Error: fault' : '1')
      const next = group.within(named('next'))
      await turn()
      gate.open()
      expect(await next).toBe(1)
      await turn()
      expect(reasons).toEqual([new Error('broken')])
    },
  )

  test('a work that declined is told so, and nothing of the commit that fails', async () => {
    const gate = makeGate()
    const group = groupOver(gate)
    const told: string[] = []
    const fail = ({ message }: Error) => told.push(message)
    const decline = () => {
      throw new Declined(new Error('not leased'))
    }
    group.add({ run: decline, done: () => {}, fail, canWait: true, canRunAhead: false })
    group.add({ run: () => {}, done: () => {}, fail, canWait: false, canRunAhead: false })
    await turn()
    gate.open(new Error('no space'))
    await group.idle()
    expect(told).toEqual(['not leased', 'fault'])
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

  test('however many come, a full commit waits for no more; it takes twice as many when nobody waits for them', async () => {
    const gate = makeGate()
    const group = groupOver(gate, 4)
    for (let at = 0; at < 15; at += 1) void soon(group)
    await turn()
    expect(gate.commits.map(({ length }) => length)).toEqual([8])
    void group.within(named('now'))
    gate.open()
    await turn()
    expect(gate.commits.map(({ length }) => length)).toEqual([8, 4])
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

  describe('works that can be run ahead of the end of a commit under way', () => {
    type Ground = { gate: Gate; group: ReturnType<typeof groupOver>; after: (string[] | undefined)[] }
    const start = (maxWorks = 4): Ground => {
      const gate = makeGate()
      const after: Ground['after'] = []
      const begin = (before?: string[]): string[] => {
        after.push(before)
        return []
      }
      return { gate, after, group: createGroupCommit({ begin, commit: gate.commit, faultOf, maxWorks }) }
    }
    /** Notes in `ran` when it is run, and where. */
    const noting = (ran: string[], name: string) => (works: string[]) => {
      ran.push(name)
      return works.push(name)
    }

    test('are run as they come, stand on what it changes, and are committed once it is done', async () => {
      const { gate, group, after } = start()
      const ran: string[] = []
      const answered: string[] = []
      const put = (name: string) => group.within(noting(ran, name), true).then(() => answered.push(name))
      const first = put('a')
      await turn()
      const later = [put('b'), put('c')]
      expect(ran).toEqual(['a', 'b', 'c'])
      expect(after).toEqual([undefined, ['a']])
      expect(gate.commits).toEqual([['a']])
      gate.open()
      await first
      await turn()
      expect([gate.commits, answered]).toEqual([[['a'], ['b', 'c']], ['a']])
      gate.open()
      await Promise.all(later)
      expect([ran, answered]).toEqual([
        ['a', 'b', 'c'],
        ['a', 'b', 'c'],
      ])
    })

    test('are run again where it fails, on nothing that is lost', async () => {
      const { gate, group, after } = start()
      const ran: string[] = []
      const lost = group.within(noting(ran, 'a'), true).catch(() => 'lost')
      await turn()
      const kept = group.within(noting(ran, 'b'), true)
      gate.open(new Error('disk'))
      expect(await lost).toBe('lost')
      await turn()
      expect([ran, gate.commits]).toEqual([
        ['a', 'b', 'b'],
        [['a'], ['b']],
      ])
      expect(after).toEqual([undefined, ['a'], undefined])
      gate.open()
      expect(await kept).toBe(1)
    })

    test('take along those that cannot, when their turn comes', async () => {
      const { gate, group } = start()
      const ran: string[] = []
      const works = [group.within(noting(ran, 'a'), true)]
      await turn()
      works.push(group.within(noting(ran, 'b'), true), group.within(noting(ran, 'settle')))
      works.push(group.within(noting(ran, 'c'), true))
      expect(ran).toEqual(['a', 'b'])
      gate.open()
      await turn()
      expect(gate.commits).toEqual([['a'], ['b', 'settle', 'c']])
      works.push(group.within(noting(ran, 'd'), true))
      expect(ran).not.toContain('d')
      gate.open()
      await turn()
      gate.open()
      await Promise.all(works)
      expect(gate.commits.at(-1)).toEqual(['d'])
    })

    test('that decline are told at once, and are not run again', async () => {
      const { gate, group } = start()
      const first = group.within(named('a'), true).catch(() => 'lost')
      await turn()
      let asked = 0
      const decline = () => {
        asked += 1
        throw new Declined(new TypeError('no'))
      }
      await expect(group.within(decline, true)).rejects.toThrow(TypeError)
      const neighbour = group.within(named('b'), true)
      gate.open(new Error('disk'))
      await first
      await turn()
      gate.open()
      await neighbour
      expect([asked, gate.commits]).toEqual([1, [['a'], ['b']]])
      await group.idle()
    })

    test('that break fail with those they were run with, and nobody else', async () => {
      const { gate, group } = start()
      const first = group.within(named('a'), true)
      await turn()
      const neighbour = group.within(named('b'), true)
      const broken = group.within(() => {
        throw new RangeError('a bug')
      }, true)
      const settled = Promise.allSettled([neighbour, broken])
      gate.open()
      expect(await first).toBe(1)
      expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      const next = group.within(named('c'), true)
      await turn()
      gate.open()
      await next
      expect(gate.commits).toEqual([['a'], ['c']])
    })

    test('are no more than fit into one commit', async () => {
      const { gate, group } = start(2)
      const ran: string[] = []
      const works = ['a', 'b', 'c', 'd', 'e'].map((name) => group.within(noting(ran, name), true))
      await turn()
      works.push(group.within(noting(ran, 'f'), true))
      expect(ran).toEqual(['a', 'b'])
      for (let commits = 0; commits < 3; commits += 1) {
        gate.open()
        await turn()
      }
      await Promise.all(works)
      expect(gate.commits).toEqual([
        ['a', 'b'],
        ['c', 'd'],
        ['e', 'f'],
      ])
    })
  })
})
