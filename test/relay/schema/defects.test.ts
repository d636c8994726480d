import { join } from 'node:path'
import { createStaticToken } from '@wmkt/api/client'
import type { Receipt } from '@wmkt/protocol'
import { expect, test } from 'vitest'
import type { RelayOptions } from '../../../packages/relay/src/options.ts'
import type { RelaySeams } from '../../../packages/relay/src/relay.ts'
import { POLL_MS, SETTLED_AFTER_MS } from '../../../packages/relay/src/settlement/settlement.ts'
import { createTrashLog } from '../../../packages/relay/src/settlement/trash-log.ts'
import { createLeapingClock } from '../../support/leaping-clock.ts'
import { startRelay } from '../../support/relay.ts'
import { useBox } from '../../support/sandbox.ts'
import { createSeeded, wholeIn } from '../../support/seeded.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const box = useBox()
/** Of the stream of 10,000: `DEFECTS_OF=10000` for the long form. */
const COUNT = Number(process.env.DEFECTS_OF ?? 100)
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)

const good = (n: number): [eventType: string, data: object] =>
  n % 3 === 0
    ? [
        'contact-form',
        { email: `v${n}@example.org`, first_name: 'Ada', turnover: { amount: n, currency: 'EUR' } },
      ]
    : n % 3 === 1
      ? [
          'purchase',
          { order_id: `o-${n}`, quantity: 1, delivery_address: { zipcode: '75001', country: 'FR' } },
        ]
      : ['page-view', { url: `https://shop.test/${n}`, title: 'Shop' }]

/** What goes wrong in the field, each once: renamed and emptied form fields, texts for numbers, dead event types. */
const DEFECTS: [code: string, field: string, eventType: string, data: object][] = [
  ['FIELD_MISSING', 'email', 'contact-form', { mail: 'ada@example.org' }],
  ['FIELD_MISSING', 'email', 'newsletter', { email: '' }],
  ['FIELD_MISSING', 'order_id', 'purchase', { order_id: null }],
  ['FIELD_NOT_EMAIL', 'email', 'contact-form', { email: 'ada@example' }],
  ['FIELD_NOT_PHONE', 'phone', 'contact-form', { email: 'ada@example.org', phone: '+3361234' }],
  ['FIELD_NOT_NUMBER', 'quantity', 'purchase', { order_id: 'o', quantity: '12,50' }],
  ['FIELD_NOT_CURRENCY', 'amount', 'purchase', { order_id: 'o', amount: { amount: 12.5 } }],
  ['FIELD_NOT_LOCATION', 'delivery_address', 'purchase', { order_id: 'o', delivery_address: '75001 Paris' }],
  ['FIELD_NOT_BOOLEAN', 'consent', 'newsletter', { email: 'ada@example.org', consent: 'on' }],
  ['FIELD_NOT_STATE', 'converted', 'contact-form', { email: 'ada@example.org', converted: 2 }],
  ['FIELD_NOT_STRING', 'title', 'page-view', { title: ['Shop'] }],
  ['EVENT_TYPE_UNKNOWN', 'eventType', 'contact_form', { email: 'ada@example.org' }],
]

/** The stream, the defects somewhere in it, in batches. */
const streamOf = (seed: number, suffix = ''): object[][] => {
  const random = createSeeded(seed)
  const items: [nonce: string, eventType: string, data: object][] = []
  for (let n = 0; n < COUNT; n += 1) items.push([`good-${n}`, ...good(n)])
  for (const [n, [, , ...defect]] of DEFECTS.entries())
    items.splice(wholeIn(random, 0, items.length), 0, [`defect-${n}`, ...defect])
  const events = items.map(([nonce, eventType, data]) => ({
    kind: 'event',
    nonce: nonce + suffix,
    eventType,
    data,
  }))
  return Array.from({ length: Math.ceil(events.length / 100) }, (_, n) =>
    events.slice(100 * n, 100 * n + 100),
  )
}
const numberOf = (nonce: unknown): number => Number(String(nonce).split('-')[1])

const start = async (options: Partial<RelayOptions>, seams: RelaySeams = {}) => {
  const { api: apiUrl, projectId } = box.sandbox
  const dataDir = tempFolder('defects')
  const running = await startRelay({
    options: { apiUrl, projectId, dataDir, rateLimit: 0, ...options },
    seams: { tokens: createStaticToken(box.token), ...seams },
  })
  const collect = async (items: object[]): Promise<Receipt> => {
    const body = JSON.stringify({ items })
    return (await fetch(`${running.url}/collect`, { method: 'POST', body })).json()
  }
  return { ...running, collect, dataDir }
}

/** Whatever was taken is computed or trashed by now. */
const processed = async () => {
  const waiting = async () => (await box.sandbox.events({ status: 'accepted' })).length
  await expect.poll(waiting, { timeout: 300_000, interval: 200 }).toBe(0)
}
const trashTotal = async () => (await box.get('~/trashed-events')).body.total

test(`of ${COUNT} events, twelve of them seeded with a defect, none is trashed and every defect is named by its field (seed ${SEED})`, {
  timeout: 600_000,
}, async () => {
  const { collect, outbox } = await start({ validation: 'hold' })
  const held: Receipt['held'] = []
  for (const batch of streamOf(SEED)) held.push(...(await collect(batch)).held)
  const inOrder = held.sort((a, b) => numberOf(a.nonce) - numberOf(b.nonce))
  expect(inOrder).toEqual(DEFECTS.map(([code, field], n) => ({ nonce: `defect-${n}`, code, field })))

  await expect
    .poll(() => outbox.ledger(), { timeout: 300_000 })
    .toMatchObject({ held: 0, buried: 12, delivered: COUNT })
  const letters = DEFECTS.map(([code, field], n) => [outbox.deadLetter(`defect-${n}`), code, field] as const)
  for (const [letter, code, field] of letters) {
    expect(letter?.code).toBe(code)
    expect(letter?.message).toMatch(new RegExp(`^${field}: `))
  }
  await processed()
  expect(await trashTotal()).toBe(0)
})

test(`with validation off, settlement finds every one of the twelve among ${COUNT} (seed ${SEED})`, {
  timeout: 600_000,
}, async () => {
  const clock = createLeapingClock()
  const { collect, outbox, adminUrl, dataDir } = await start(
    { validation: 'off', settlement: true },
    { clock },
  )
  for (const batch of streamOf(SEED, '-again')) await collect(batch)
  await expect
    .poll(() => outbox.ledger(), { timeout: 300_000 })
    .toMatchObject({ held: 0, buried: 0, delivered: COUNT + 12 })
  await processed()
  expect(await trashTotal()).toBe(12)

  const settlement = async () => (await (await fetch(`${adminUrl}/api/status`)).json()).settlement
  clock.leap(POLL_MS)
  await expect.poll(async () => (await settlement()).trashed, { timeout: 60_000 }).toBe(12)
  clock.leap(SETTLED_AFTER_MS)
  // A look sets the timer of the next when it has ended: the one that found them may not have, yet.
  const atNextLook = () => {
    clock.leap(POLL_MS)
    return settlement()
  }
  await expect
    .poll(atNextLook, { timeout: 60_000, interval: 200 })
    .toMatchObject({ kept: COUNT, trashed: 12, unknown: 0 })
  const lines = await createTrashLog(join(dataDir, 'trash.jsonl')).read()
  const found = lines.sort((a, b) => numberOf(a.nonce) - numberOf(b.nonce))
  expect(found.map(({ nonce, state }) => [nonce, state])).toEqual(
    DEFECTS.map((_, n) => [`defect-${n}-again`, 'trashed']),
  )
  for (const { reasons } of found) expect(reasons.length).toBeGreaterThan(0)
})
