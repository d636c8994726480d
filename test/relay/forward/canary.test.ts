import { describe, expect, test } from 'vitest'
import { createRig, event, type Rig } from './rig.ts'

const MINUTE = 60_000
const leads = (count: number, prefix = 'n') =>
  Array.from({ length: count }, (_, n) => event(`${prefix}${n}`, 'lead'))
const bySync = ({ path }: { path: string }): boolean => path.endsWith('/events/sync')
const pathsIn = (rig: Rig) =>
  rig.upstream.seen.map(({ key, path }) => `${key} ${path.slice('/api/v1'.length)}`)
const laneIn = (rig: Rig, name = 'event:lead') =>
  rig.forwarder.status().lanes.find(({ lane }) => lane === name)

/** An upstream that trashes by the asynchronous endpoint what it refuses by the other. */
const broken = (rig: Rig, isBroken: (key: string) => boolean) =>
  rig.upstream.fallback((key, _, path) =>
    path.endsWith('/events/sync') && isBroken(key)
      ? { status: 400, body: '{"message":"data.email is mandatory"}' }
      : {},
  )

describe('with canaries', () => {
  test('the first event of a type goes alone and by the synchronous endpoint, then one in so many', async () => {
    const rig = await createRig({ canary: 10 })
    rig.forwarder.start()
    await rig.put(...leads(25), event('p0', 'purchase'))
    await rig.run(0)
    expect(rig.outbox.ledger()).toMatchObject({ delivered: 26 })
    const [first, second] = rig.upstream.seen.filter(({ key }) => key.startsWith('n'))
    expect([first && bySync(first), second && bySync(second)]).toEqual([true, false])
    const sync = rig.upstream.seen.filter(bySync).map(({ key }) => key)
    expect(sync.slice(0, 2)).toEqual(['n0', 'p0'])
    expect(sync.filter((key) => key.startsWith('n'))).toHaveLength(3)
  })

  test('a broken form under load sends one event to the upstream; mended, what was held arrives, once', async () => {
    const rig = await createRig({ canary: 1_000 })
    broken(rig, () => true)
    rig.forwarder.start()
    await rig.put(...leads(500))
    await rig.run(MINUTE / 2)
    expect(pathsIn(rig)).toEqual(['n0 /events/sync'])
    expect(rig.outbox.deadLetter('n0')).toMatchObject({
      code: 'UPSTREAM_REJECTED',
      message: '400 data.email is mandatory',
    })
    expect(laneIn(rig)).toMatchObject({ state: 'parked', code: 'UNPROVEN' })
    expect(rig.outbox.ledger()).toMatchObject({ held: 499, buried: 1, delivered: 0 })

    rig.upstream.fallback(() => ({}))
    await rig.run(5 * MINUTE)
    expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 499, buried: 1 })
    expect([...rig.upstream.stored.values()].every((times) => times === 1)).toBe(true)
    expect(laneIn(rig)).toMatchObject({ state: 'running' })
  })

  test('a stopped type stops no other, and one bad event stops its own for a while only', async () => {
    const rig = await createRig({ canary: 1_000 })
    broken(rig, (key) => key === 'n0')
    rig.forwarder.start()
    await rig.put(...leads(5), ...Array.from({ length: 5 }, (_, n) => event(`p${n}`, 'purchase')))
    await rig.run(0)
    expect(rig.outbox.ledger()).toMatchObject({ delivered: 5, held: 4, buried: 1 })
    await rig.run(5 * MINUTE)
    expect(rig.outbox.ledger()).toMatchObject({ delivered: 9, held: 0, buried: 1 })
  })

  test('each vain try waits longer than the one before, and costs one dead letter', async () => {
    const rig = await createRig({ canary: 1_000, random: () => 0.999 })
    broken(rig, () => true)
    rig.forwarder.start()
    await rig.put(...leads(100))
    await rig.run(40 * MINUTE)
    const times = rig.upstream.seen.map(({ at }) => at)
    const waits = times.slice(1).map((at, n) => Math.round((at - (times[n] ?? 0)) / MINUTE))
    expect(waits).toEqual([2, 4, 8, 15])
    expect(rig.outbox.ledger()).toMatchObject({ buried: 5, held: 95 })
  })

  test('an upstream without the endpoint gets its events by the other, is not asked again, and nothing is parked', async () => {
    const rig = await createRig({ canary: 2 })
    rig.upstream.fallback((_key, _authorization, path) =>
      path.endsWith('/events/sync') ? { status: 404 } : {},
    )
    rig.forwarder.start()
    await rig.put(...leads(20), ...Array.from({ length: 20 }, (_, n) => event(`p${n}`, 'purchase')))
    await rig.run(0)
    expect(rig.outbox.ledger()).toMatchObject({ delivered: 40, held: 0, buried: 0 })
    expect(rig.upstream.seen.filter(bySync).length).toBeLessThanOrEqual(2)
    expect(rig.forwarder.status().lanes.map(({ state }) => state)).toEqual(['running', 'running'])
  })

  test('a project that is not there is parked as ever', async () => {
    const rig = await createRig({ canary: 2 })
    rig.upstream.fallback(() => ({ status: 404 }))
    rig.forwarder.start()
    await rig.put(...leads(3))
    await rig.run(1_000)
    expect(rig.forwarder.status().project).toMatchObject({ state: 'parked', code: 'NOT_FOUND' })
    rig.upstream.fallback(() => ({}))
    await rig.run(10 * MINUTE)
    expect(rig.outbox.ledger()).toMatchObject({ delivered: 3, held: 0 })
  })

  test('a type that is doubted sends its next event as a canary, at once if it was stopped', async () => {
    const rig = await createRig({ canary: 1_000 })
    rig.forwarder.start()
    await rig.put(...leads(3))
    await rig.run(0)
    broken(rig, (key) => key !== 'late')
    rig.forwarder.doubt('event:lead')
    await rig.put(...leads(3, 'm'))
    await rig.run(1_000)
    expect(pathsIn(rig).slice(3)).toEqual(['m0 /events/sync'])
    rig.upstream.fallback(() => ({}))
    rig.forwarder.doubt('event:lead')
    await rig.run(1_000)
    expect(pathsIn(rig).slice(3)).toEqual(['m0 /events/sync', 'm1 /events/sync', 'm2 /events'])
    expect(rig.outbox.ledger()).toMatchObject({ held: 0, buried: 1, delivered: 5 })
  })

  test('a pause that the upstream names before the first proof leaves all by the synchronous endpoint until then', async () => {
    const rig = await createRig({ canary: 1_000 })
    rig.upstream.script('n0', [{ status: 429, headers: { 'retry-after': '5' } }])
    rig.forwarder.start()
    await rig.put(...leads(20))
    await rig.run(10_000)
    expect(rig.outbox.ledger()).toMatchObject({ delivered: 20 })
    const [paused, ...rest] = rig.upstream.seen
    expect(paused && bySync(paused)).toBe(true)
    expect(rest[0] && bySync(rest[0])).toBe(true)
  })
})

test('without canaries, and for interactions, nothing goes by the synchronous endpoint', async () => {
  const rig = await createRig()
  rig.forwarder.start()
  await rig.put(...leads(3))
  await rig.run(0)
  rig.forwarder.doubt('event:lead')
  await rig.put(...leads(3, 'm'))
  await rig.run(0)
  expect(rig.upstream.seen.some(bySync)).toBe(false)
  expect(rig.outbox.ledger()).toMatchObject({ delivered: 6 })
})
