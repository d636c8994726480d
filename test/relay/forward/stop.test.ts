import { expect, test } from 'vitest'
import { createForwarder } from '../../../packages/relay/src/forward/forwarder.ts'
import { OutboxFailed, OutboxFull } from '../../../packages/relay/src/outbox/outbox.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { createRig, event, interaction } from './rig.ts'

const many = (count: number) => Array.from({ length: count }, (_, n) => event(`n${n}`))
const until = async (condition: () => boolean) => {
  const deadline = Date.now() + 5_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it never came true')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

test('a stop takes no more, finishes what is under way, and gives the other leases back', async () => {
  const rig = await createRig({ concurrency: 4 })
  rig.upstream.fallback(() => ({ delayMs: 40 }))
  rig.forwarder.start()
  await rig.put(...many(50))
  await until(() => rig.upstream.seen.length === 4)
  await rig.forwarder.stop()
  expect(rig.outbox.ledger()).toMatchObject({ delivered: 4, held: 46 })
  expect(rig.upstream.seen).toHaveLength(4)
  expect(await rig.outbox.lease('event:purchase', 100)).toHaveLength(46)
})

test('what does not finish within the bound is cut: events are due again, interactions in doubt', async () => {
  const rig = await createRig({ stopMs: 500 })
  rig.upstream.fallback(() => ({ delayMs: 60_000 }))
  rig.forwarder.start()
  await rig.put(event('n1'), interaction('i1'))
  await until(() => rig.upstream.seen.length === 2)
  const stopped = rig.forwarder.stop()
  rig.clock.advance(500)
  await stopped
  expect(rig.outbox.fate('n1')).toMatchObject({ state: 'held', attempts: 1 })
  expect(rig.outbox.fate('i1')).toMatchObject({ state: 'buried', code: 'IN_DOUBT' })
  rig.clock.advance(1_000)
  expect(await rig.outbox.lease('event:purchase', 10)).toHaveLength(1)
})

test('another forwarder on the same outbox delivers the rest, each once', async () => {
  const rig = await createRig({ concurrency: 4 })
  rig.upstream.fallback(() => ({ delayMs: 10 }))
  rig.forwarder.start()
  await rig.put(...many(40))
  await until(() => rig.upstream.seen.length >= 10)
  await rig.forwarder.stop()
  const next = createForwarder({
    outbox: rig.outbox,
    open: (record) => {
      const items = JSON.parse(new TextDecoder().decode(record))
      return { itemAt: (place) => items[place], plainAt: () => undefined, isReadable: () => true }
    },
    tokens: rig.tokens.source,
    projectId: 'demo-shop',
    apiUrl: rig.upstream.apiUrl,
    concurrency: 4,
    clock: rig.clock,
    random: () => 0.5,
    log: silentLog,
  })
  next.start()
  await until(() => rig.outbox.ledger().held === 0)
  await next.stop()
  expect(rig.outbox.ledger().delivered).toBe(40)
  expect([...rig.upstream.stored.values()]).toEqual(Array.from({ length: 40 }, () => 1))
})

test('a full disk is waited for: nothing is delivered twice for it', async () => {
  const rig = await createRig()
  const { settle } = rig.outbox
  let full = true
  rig.outbox.settle = (ref, settlement, then) =>
    full ? queueMicrotask(() => then(new OutboxFull('storage'))) : settle(ref, settlement, then)
  rig.forwarder.start()
  await rig.put(...many(5))
  await until(() => rig.upstream.seen.length === 5)
  for (let second = 0; second < 60; second += 1) {
    rig.clock.advance(1_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(rig.outbox.ledger()).toMatchObject({ held: 5, delivered: 0 })
  full = false
  rig.clock.advance(1_000)
  await rig.quiet()
  expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 5 })
  expect(rig.upstream.seen).toHaveLength(5)
})

test('an outbox that failed ends the deliveries', async () => {
  const rig = await createRig({ concurrency: 1 })
  rig.outbox.settle = (_ref, _settlement, then) => queueMicrotask(() => then(new OutboxFailed('EIO')))
  rig.forwarder.start()
  await rig.put(...many(10))
  await rig.quiet()
  expect(rig.upstream.seen.length).toBeLessThan(4)
})
