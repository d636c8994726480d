import { describe, expect, test } from 'vitest'
import { settled } from '../../../packages/relay/src/outbox/settled.ts'
import type { Log } from '../../../packages/relay/src/telemetry/log.ts'
import { createRig, event, interaction } from './rig.ts'

const HOUR = 3_600_000

describe('delivering', () => {
  test('an event arrives as the upstream wants it, and its id is kept', async () => {
    const rig = await createRig()
    rig.forwarder.start()
    await rig.put(event('n1'))
    await rig.run(0)
    expect(rig.upstream.seen).toEqual([
      { key: 'n1', at: rig.clock.now(), path: '/api/v1/events', authorization: 'Bearer token-1' },
    ])
    expect(rig.outbox.fate('n1')).toMatchObject({ state: 'delivered', upstreamId: 'id-n1' })
    expect(rig.endings).toEqual([
      { nonce: 'n1', kind: 'event', lane: 'event:purchase', ending: 'delivered', upstreamId: 'id-n1' },
    ])
  })

  test('an interaction goes to the project it belongs to', async () => {
    const rig = await createRig()
    rig.forwarder.start()
    await rig.put(interaction('i1'))
    await rig.run(0)
    expect(rig.upstream.seen[0]?.path).toBe('/api/v1/projects/demo-shop/interactions/offline')
    expect(rig.outbox.fate('i1')?.state).toBe('delivered')
  })

  test('what was held before the start is delivered', async () => {
    const rig = await createRig()
    await rig.put(event('early'))
    rig.forwarder.start()
    await rig.run(0)
    expect(rig.outbox.fate('early')?.state).toBe('delivered')
  })

  test('an item put at any moment is delivered without another to wake it', async () => {
    const rig = await createRig()
    rig.forwarder.start()
    for (let n = 0; n < 300; n += 1) {
      await rig.put(event(`n${n}`))
      for (let turn = 0; turn < n % 7; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    }
    await rig.quiet()
    expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 300 })
  })

  test('an item put after a lease looked and before it came back is not overlooked', async () => {
    const rig = await createRig()
    const { lease } = rig.outbox
    let late = 20
    rig.outbox.lease = async (lane, max) => {
      const leased = await lease(lane, max)
      if (late > 0) await rig.put(event(`late-${late--}`))
      return leased
    }
    rig.forwarder.start()
    await rig.put(event('first'))
    await rig.quiet()
    expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 21 })
  })

  test('no more than the given number are in flight at once', async () => {
    const rig = await createRig({ concurrency: 3 })
    let open = 0
    let most = 0
    rig.upstream.fallback(() => {
      open += 1
      most = Math.max(most, open)
      setTimeout(() => {
        open -= 1
      }, 5)
      return { delayMs: 5 }
    })
    rig.forwarder.start()
    await rig.put(...Array.from({ length: 60 }, (_, n) => event(`n${n}`, `type-${n % 6}`)))
    await rig.run(0)
    expect(rig.outbox.ledger().delivered).toBe(60)
    expect(most).toBe(3)
  })

  test('a body in another form is acknowledged and counted', async () => {
    const rig = await createRig()
    rig.upstream.script('n1', [{ body: '{"id":"x"}' }])
    rig.forwarder.start()
    await rig.put(event('n1'))
    await rig.run(0)
    expect(rig.forwarder.status().counters).toMatchObject({ delivered: 1, unexpected_body: 1 })
  })

  test('a record that cannot be read is buried, and its neighbours are delivered', async () => {
    const open = (record: Uint8Array) => {
      const items = JSON.parse(new TextDecoder().decode(record))
      if (items[0].nonce === 'bad') throw new Error('torn')
      return { itemAt: (place: number) => items[place], plainAt: () => undefined, isReadable: () => true }
    }
    const rig = await createRig({ open })
    rig.forwarder.start()
    await rig.put(event('bad'))
    await rig.put(event('good'))
    await rig.run(0)
    expect(rig.outbox.fate('bad')).toMatchObject({ state: 'buried', code: 'UNREADABLE' })
    expect(rig.outbox.fate('good')?.state).toBe('delivered')
  })
})

describe('fairness', () => {
  test('a lane with a thousand items does not keep another waiting', async () => {
    const rig = await createRig({ concurrency: 4 })
    await rig.put(...Array.from({ length: 1_000 }, (_, n) => event(`many-${n}`, 'many')))
    await rig.put(event('one', 'few'))
    rig.forwarder.start()
    await rig.run(0)
    expect(rig.upstream.seen.findIndex(({ key }) => key === 'one')).toBeLessThan(20)
  })

  test('an event type that is stopped starves no other', async () => {
    const rig = await createRig({ concurrency: 4 })
    rig.upstream.fallback((key) => (key.startsWith('gone') ? { status: 404 } : {}))
    rig.forwarder.start()
    await rig.put(...Array.from({ length: 50 }, (_, n) => event(`gone-${n}`, 'gone')))
    await rig.put(...Array.from({ length: 50 }, (_, n) => event(`fine-${n}`, 'fine')))
    await rig.quiet()
    expect(rig.outbox.ledger()).toMatchObject({ delivered: 50, held: 50, buried: 0 })
    const lanes = Object.fromEntries(rig.forwarder.status().lanes.map((lane) => [lane.lane, lane]))
    expect(lanes['event:gone']).toMatchObject({ state: 'parked', code: 'NOT_FOUND', lastStatus: 404 })
    expect(lanes['event:fine']).toMatchObject({ state: 'running' })
    expect(rig.forwarder.status().project).toEqual({ state: 'running' })
  })

  test('one bad item does not keep its lane from being delivered', async () => {
    const rig = await createRig()
    rig.upstream.fallback((key) => (key === 'bad' ? { status: 500 } : {}))
    rig.forwarder.start()
    await rig.put(event('bad'))
    await rig.run(HOUR)
    await rig.put(event('good'))
    await rig.quiet()
    expect(rig.outbox.fate('good')?.state).toBe('delivered')
    expect(rig.outbox.fate('bad')?.state).toBe('held')
  })
})

describe('in doubt', () => {
  test('an interaction found with its mark at start is buried, not repeated', async () => {
    const rig = await createRig()
    await rig.put(interaction('i1'))
    const [leased] = await rig.outbox.lease('interaction:', 1)
    if (!leased) throw new Error('no lease')
    await settled(rig.outbox, leased.ref, { type: 'mark' })
    rig.outbox.release([leased.ref])
    rig.forwarder.start()
    await rig.run(0)
    expect(rig.outbox.fate('i1')).toMatchObject({ state: 'buried', code: 'IN_DOUBT' })
    expect(rig.upstream.seen).toEqual([])
  })

  test('by option it is repeated', async () => {
    const rig = await createRig({ retryInDoubt: true })
    rig.upstream.script('i1', [{ status: 500 }])
    rig.forwarder.start()
    await rig.put(interaction('i1'))
    await rig.run(HOUR)
    expect(rig.outbox.fate('i1')?.state).toBe('delivered')
  })

  test('the mark is on disk before the first byte leaves', async () => {
    const rig = await createRig()
    let marked = false
    const settle = rig.outbox.settle
    rig.outbox.settle = (ref, settlement, then) => {
      const isMark = settlement.type === 'mark'
      const carryOut = () =>
        settle(ref, settlement, (error) => {
          if (isMark) marked = true
          then(error)
        })
      if (isMark) setTimeout(carryOut, 30)
      else carryOut()
    }
    rig.upstream.fallback(() => ({ status: marked ? 200 : 418 }))
    rig.forwarder.start()
    await rig.put(interaction('i1'))
    await rig.run(0)
    expect(rig.outbox.fate('i1')?.state).toBe('delivered')
  })
})

test('after 7 days of trying an event is buried as EXPIRED', async () => {
  const rig = await createRig({ random: () => 0.999 })
  rig.upstream.fallback(() => ({ status: 500 }))
  rig.forwarder.start()
  await rig.put(event('n1'))
  const begun = rig.clock.now()
  await rig.run(8 * 24 * HOUR)
  expect(rig.outbox.fate('n1')).toMatchObject({ state: 'buried', code: 'EXPIRED' })
  expect(rig.clock.now() - begun).toBeGreaterThan(6.9 * 24 * HOUR)
})

test('tokens and payloads stay out of the log', async () => {
  const lines: string[] = []
  const note = (...args: unknown[]) => void lines.push(JSON.stringify(args))
  const log: Log = { debug: note, info: note, warn: note, error: note }
  const rig = await createRig({ log })
  rig.upstream.fallback((key) =>
    key === 'probe' ? { status: 403 } : { status: 403, body: '{"message":"n1"}' },
  )
  rig.forwarder.start()
  await rig.put(event('n1', 'type'), interaction('secret@shop.test'))
  await rig.run(HOUR)
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.join('\n')).not.toMatch(/token-1|secret@|"n1"/)
})
