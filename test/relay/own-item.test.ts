import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { ItemRefused, Problem } from '@wmkt/relay'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../packages/relay/src/clock.ts'
import { type Outbox, OutboxFull } from '../../packages/relay/src/outbox/outbox.ts'
import { decodeRecord } from '../../packages/relay/src/record.ts'
import { createRelay } from '../../packages/relay/src/relay.ts'
import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { createMemoryOutbox } from '../support/memory-outbox.ts'
import { startRelay } from '../support/relay.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** A memory outbox that shows the items as the forwarder will see them. */
const watched = () => {
  const inner = createMemoryOutbox({ clock: systemClock })
  const items: unknown[] = []
  const put: Outbox['put'] = (intake) => {
    items.push(...decodeRecord(intake.record))
    return inner.put(intake)
  }
  return { outbox: { ...inner, put }, items }
}

describe('relay.event', () => {
  test('resolves when the item is stored, with its nonce, its time and the tracker ID that came along', async () => {
    const { outbox, items } = watched()
    const clock = { ...systemClock, now: () => Date.UTC(2026, 2, 1) }
    const { relay } = await startRelay({ outbox, seams: { clock } })
    const stored = await relay.event('purchase', { email: 'a@b.c' }, { trackerId: 'ru1cc7' })
    expect(stored).toEqual({ nonce: expect.stringMatching(/^[0-9a-f]{8}-/), duplicate: false })
    expect(outbox.fate(stored.nonce)?.state).toBe('held')
    const date = new Date(clock.now()).toISOString()
    expect(items).toEqual([expect.objectContaining({ date, trackerId: 'ru1cc7', data: { email: 'a@b.c' } })])
  })

  test('under the nonce of an order is stored once, however often the webhook comes', async () => {
    const { relay, outbox } = await startRelay()
    const record = () => relay.event('purchase', { total: 5 }, { nonce: 'order-7' })
    expect([await record(), await record()]).toEqual([
      { nonce: 'order-7', duplicate: false },
      { nonce: 'order-7', duplicate: true },
    ])
    expect(outbox.ledger()).toMatchObject({ received: 1, duplicates: 1 })
  })

  test('keeps the date it is given, years ago too: whoever calls from within is believed', async () => {
    const { outbox, items } = watched()
    const { relay } = await startRelay({ outbox })
    await relay.event('purchase', {}, { occurredAt: '2020-01-01T00:00:00+01:00' })
    expect(items).toEqual([
      expect.objectContaining({ date: '2019-12-31T23:00:00.000Z', dateUntrusted: false }),
    ])
  })

  test('is not bound by what browsers may post', async () => {
    const { relay } = await startRelay({ options: { browserEventTypes: ['lead'], interactions: 'off' } })
    expect((await relay.event('purchase', {})).duplicate).toBe(false)
    expect((await relay.interaction({ email: 'a@b.c' }, { wmktId: 'w' })).duplicate).toBe(false)
  })

  test.each<[string, [string, Record<string, unknown>, object?], string]>([
    ['no event type', ['', {}], 'ITEM_INVALID'],
    ['a nonce that is none', ['purchase', {}, { nonce: 'a b' }], 'NONCE_INVALID'],
    ['a date that is none', ['purchase', {}, { occurredAt: 'yesterday' }], 'DATE_INVALID'],
    ['more than 64 KiB', ['purchase', { x: 'x'.repeat(70_000) }], 'ITEM_TOO_LARGE'],
    ['a forbidden key', ['purchase', JSON.parse('{"__proto__":1}')], 'KEY_FORBIDDEN'],
  ])('%s is refused by its code', async (_, args, code) => {
    const { relay } = await startRelay()
    const refusal = relay.event(...args).catch((error: unknown) => error)
    expect(await refusal).toBeInstanceOf(ItemRefused)
    expect(await refusal).toMatchObject({ code })
  })

  test('with other content under the same nonce is refused, never silently dropped', async () => {
    const { relay } = await startRelay()
    await relay.event('purchase', { total: 5 }, { nonce: 'order-7' })
    const other = relay.event('purchase', { total: 6 }, { nonce: 'order-7' })
    await expect(other).rejects.toMatchObject({ code: 'NONCE_CONFLICT' })
  })

  test('loses an ill-formed tracker ID alone, and that is counted', async () => {
    const { relay, adminUrl } = await startRelay()
    await relay.event('purchase', {}, { trackerId: 'a b' })
    expect(await (await fetch(`${adminUrl}/api/status`)).json()).toMatchObject({
      collect: { trackersDropped: 1 },
    })
  })

  test('while nothing can be stored rejects with a problem that says why', async () => {
    const options = { projectId: 'demo-shop', accessToken: 'a.b.c', dataDir: tempFolder('relay') }
    const early = createRelay(options, { log: silentLog })
    await expect(early.event('purchase', {})).rejects.toMatchObject({ name: 'Problem', code: 'STARTING' })
    const { relay } = await startRelay()
    await relay.stop()
    await expect(relay.event('purchase', {})).rejects.toMatchObject({ code: 'STOPPING' })
    const put = () => Promise.reject(new OutboxFull('backlog'))
    const full = await startRelay({ outbox: { ...watched().outbox, put } })
    const refusal = await full.relay.event('purchase', {}).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(Problem)
    expect(refusal).toMatchObject({ code: 'BACKLOG_FULL' })
  })
})

describe('relay.trackerIdOf', () => {
  test('reads the cookie by the name and the pattern of the options', async () => {
    const options = { trackerCookie: 'trk', trackerPattern: '^v1\\.(\\w+)$' }
    const { relay } = await startRelay({ options })
    const of = (cookie?: string) => {
      const req = new IncomingMessage(new Socket())
      if (cookie !== undefined) req.headers.cookie = cookie
      return relay.trackerIdOf(req)
    }
    expect([of('ndrstnd=x; trk=v1.abc'), of('trk=abc'), of()]).toEqual(['abc', undefined, undefined])
  })
})
