import { setImmediate as turn } from 'node:timers/promises'
import { TokenError } from '@wmkt/api/client'
import { describe, expect, test } from 'vitest'
import type { LocalOutbox } from '../../../packages/relay/src/outbox/outbox.ts'
import type { Log } from '../../../packages/relay/src/telemetry/log.ts'
import { createRig, event, interaction } from './rig.ts'

const HOUR = 3_600_000
const events = (count: number, eventType = 'purchase', prefix = eventType) =>
  Array.from({ length: count }, (_, n) => event(`${prefix}-${n}`, eventType))

const countingLog = () => {
  const errors: unknown[][] = []
  const log: Log = { debug() {}, info() {}, warn() {}, error: (...args: unknown[]) => void errors.push(args) }
  return { log, errors }
}

describe('a refused credential', () => {
  test('is renewed once, and nothing is parked when that helps', async () => {
    const rig = await createRig()
    rig.upstream.fallback((_, authorization) => (authorization === 'Bearer token-1' ? { status: 401 } : {}))
    const { renew } = rig.tokens.source
    rig.tokens.source.renew = (refused) => {
      rig.tokens.set('token-2')
      return renew(refused)
    }
    rig.forwarder.start()
    await rig.put(event('n1'))
    await rig.run(0)
    expect(rig.tokens.renewals).toEqual(['token-1'])
    expect(rig.upstream.seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ])
    expect(rig.forwarder.status().project).toEqual({ state: 'running' })
  })

  test('parks the project and raises the alarm once; 48 hours later nothing is lost, nothing counted', {
    timeout: 90_000,
  }, async () => {
    const { log, errors } = countingLog()
    const rig = await createRig({ log })
    rig.upstream.fallback(() => ({ status: 401 }))
    rig.forwarder.start()
    await rig.put(...events(100), ...events(20, 'lead'), interaction('i1'))
    await rig.run(48 * HOUR)
    expect(rig.outbox.ledger()).toMatchObject({ held: 121, delivered: 0, buried: 0 })
    expect(rig.forwarder.status().project).toMatchObject({ state: 'parked', code: 'UNAUTHORIZED' })
    expect(errors).toHaveLength(1)
    const probes = rig.upstream.seen.filter(({ key }) => key === 'probe').length
    expect(probes).toBeGreaterThan((48 * HOUR) / 300_000 - 1)
    expect(rig.upstream.seen.length - probes).toBeLessThan(20)

    rig.upstream.fallback(() => ({}))
    await rig.run(300_000)
    expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 121, buried: 0 })
    expect([...rig.upstream.stored.values()].every((times) => times === 1)).toBe(true)
    expect(rig.forwarder.status().project).toEqual({ state: 'running' })
  })

  test('replaced, ends the pause at once', async () => {
    const rig = await createRig()
    rig.upstream.fallback((_, authorization) => (authorization === 'Bearer token-2' ? {} : { status: 401 }))
    rig.forwarder.start()
    await rig.put(...events(30), interaction('i1'))
    await rig.run(10 * HOUR)
    expect(rig.outbox.ledger().held).toBe(31)
    const at = rig.clock.now()
    rig.tokens.replace('token-2')
    await rig.run(0)
    expect(rig.clock.now()).toBe(at)
    expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 31 })
  })

  test('of one item alone does not stop the others: refused three times while they pass, it is buried', async () => {
    const rig = await createRig()
    rig.upstream.fallback((key) => (key === 'purchase-3' ? { status: 403 } : {}))
    rig.forwarder.start()
    for (let round = 0; round < 10; round += 1) {
      await rig.put(...events(10, 'purchase', round === 0 ? 'purchase' : `round-${round}`))
      await rig.run(60_000)
    }
    expect(rig.outbox.fate('purchase-3')).toMatchObject({ state: 'buried', code: 'FORBIDDEN' })
    expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 99, buried: 1 })
    expect(rig.upstream.seen.filter(({ key }) => key === 'purchase-3').length).toBeLessThanOrEqual(15)
  })

  /** An outbox that hands out of one lane at once, and of all others later: as chance would have it with one far away. */
  const firstOf =
    (first: string) =>
    (outbox: LocalOutbox): LocalOutbox => ({
      ...outbox,
      async lease(lane, max) {
        if (lane !== first) await turn()
        return outbox.lease(lane, max)
      },
    })

  test.each([
    ['one other lane', 1, 3, undefined],
    ['39 other lanes', 39, 3, undefined],
    ['another lane when there are many', 1, 20, undefined],
    ['other lanes when its lease is always there first', 5, 3, firstOf('event:purchase')],
  ])('for some items of one lane does not stop %s', async (_, lanes, bad, around) => {
    const rig = await createRig({ ...(around && { around }) })
    rig.upstream.fallback((key) => (key.startsWith('bad') ? { status: 403 } : {}))
    await rig.put(...events(bad, 'purchase', 'bad'))
    for (let lane = 0; lane < lanes; lane += 1) await rig.put(...events(10, `good-${lane}`))
    rig.forwarder.start()
    await rig.run(8 * HOUR)
    const { delivered, held, buried } = rig.outbox.ledger()
    // Held are those that were refused fewer than three times while others passed.
    expect([delivered, held + buried]).toEqual([10 * lanes, bad])
  })

  test('for the first items of a lane alone does not stop those behind them', async () => {
    const rig = await createRig()
    rig.upstream.fallback((key) => (key.startsWith('bad') ? { status: 403 } : {}))
    await rig.put(...events(60, 'purchase', 'bad'), ...events(10))
    rig.forwarder.start()
    await rig.run(24 * HOUR)
    expect(rig.outbox.ledger()).toMatchObject({ received: 70, delivered: 10 })
  })

  test('for posting alone parks as well, tries another item each time, and buries none', async () => {
    const rig = await createRig({ concurrency: 1 })
    rig.upstream.fallback((key) => (key === 'probe' ? { body: '{"data":[]}' } : { status: 403 }))
    rig.forwarder.start()
    await rig.put(...events(20))
    await rig.run(HOUR)
    expect(rig.outbox.ledger()).toMatchObject({ held: 20, buried: 0 })
    const tried = rig.upstream.seen.filter(({ key }) => key !== 'probe').map(({ key }) => key)
    expect(new Set(tried.slice(0, 6)).size).toBe(6)
    rig.upstream.fallback(() => ({}))
    await rig.run(300_000)
    expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 20 })
  })
})

describe('no token to be had', () => {
  test.each([
    [true, 'TOKEN_UNREACHABLE'],
    [false, 'CREDENTIAL_REFUSED'],
  ])(
    'retryable %s parks as %s, without a mark or an attempt, until there is one',
    async (retryable, code) => {
      const rig = await createRig()
      rig.tokens.set(new TokenError('none', { retryable }))
      rig.forwarder.start()
      await rig.put(event('n1'), interaction('i1'))
      await rig.run(HOUR)
      expect(rig.forwarder.status().project).toMatchObject({ state: 'parked', code })
      expect(rig.upstream.seen).toEqual([])
      rig.tokens.set('token-1')
      await rig.run(300_000)
      expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 2 })
    },
  )
})

describe('a stranger in the place of the API', () => {
  test.each([
    ['NOT_THE_API', { status: 200, body: '<html>Sign in to the hotel</html>' }],
    ['REDIRECTED', { status: 302, headers: { location: 'http://127.0.0.1:1/steal' } }],
    ['NOT_FOUND', { status: 404 }],
    ['NOT_FOUND', { status: 410 }],
  ])('%s everywhere parks the project and acks nothing', async (code, step) => {
    const rig = await createRig()
    rig.upstream.fallback(() => step)
    rig.forwarder.start()
    await rig.put(...events(40), interaction('i1'))
    await rig.run(6 * HOUR)
    expect(rig.outbox.ledger()).toMatchObject({ held: 41, delivered: 0, buried: 0 })
    expect(rig.forwarder.status().project).toMatchObject({ state: 'parked', code })
    rig.upstream.fallback(() => ({}))
    await rig.run(600_000)
    expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 41 })
  })

  test('is none for a list of event types that is too long to be kept whole: the probe passes', async () => {
    const rig = await createRig()
    const list = JSON.stringify({
      data: Array.from({ length: 2_000 }, (_, n) => ({ reference: `type-${n}`, name: '名' })),
    })
    let gone = true
    rig.upstream.fallback((key) => (key === 'probe' ? { body: list } : gone ? { status: 401 } : {}))
    rig.forwarder.start()
    await rig.put(...events(3))
    await rig.run(0)
    expect(rig.forwarder.status().project).toMatchObject({ state: 'parked', code: 'UNAUTHORIZED' })
    gone = false
    await rig.run(300_000)
    expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 3 })
    expect(rig.forwarder.status().project).toEqual({ state: 'running' })
  })

  test('for one event type parks that lane, which goes on by itself later', async () => {
    const rig = await createRig()
    let gone = true
    rig.upstream.fallback((key) => (gone && key.startsWith('lead') ? { status: 404 } : {}))
    rig.forwarder.start()
    await rig.put(...events(10, 'lead'))
    await rig.run(HOUR)
    await rig.put(...events(10))
    await rig.quiet()
    expect(rig.outbox.ledger()).toMatchObject({ held: 10, delivered: 10 })
    expect(rig.forwarder.status().project).toEqual({ state: 'running' })
    gone = false
    await rig.run(300_000)
    expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 20 })
  })
})

test('an upstream out of reach is knocked at seldom, and everything arrives once it is back', {
  timeout: 90_000,
}, async () => {
  const rig = await createRig()
  rig.upstream.fallback(() => ({ status: 503 }))
  rig.forwarder.start()
  await rig.put(...events(100), ...events(100, 'lead'))
  await rig.put(...events(300, 'view'))
  await rig.run(2 * HOUR)
  expect(rig.outbox.ledger()).toMatchObject({ held: 500, buried: 0 })
  expect(rig.upstream.seen.length).toBeLessThan((2 * HOUR) / 400)
  rig.upstream.fallback(() => ({}))
  await rig.run(600_000)
  expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 500 })
})

test('Retry-After holds the whole lane until then, and no other lane', async () => {
  const rig = await createRig()
  rig.upstream.script('purchase-0', [{ status: 429, headers: { 'retry-after': '120' } }])
  rig.forwarder.start()
  await rig.put(event('purchase-0'))
  await rig.quiet()
  const begun = rig.clock.now()
  await rig.put(event('purchase-1'), event('lead-0', 'lead'))
  await rig.run(119_999)
  expect(rig.upstream.seen.map(({ key }) => key)).toEqual(['purchase-0', 'lead-0'])
  expect(rig.forwarder.status().lanes[0]).toMatchObject({ state: 'paused', until: begun + 120_000 })
  await rig.run(120_000)
  expect(rig.clock.now()).toBe(begun + 120_000)
  expect(rig.outbox.ledger().delivered).toBe(3)
})
