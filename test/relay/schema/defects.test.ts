import { createStaticToken } from '@wmkt/api/client'
import type { Receipt } from '@wmkt/protocol'
import { expect, test } from 'vitest'
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

test(`of ${COUNT} events, twelve of them seeded with a defect, none is trashed and every defect is named by its field (seed ${SEED})`, {
  timeout: 600_000,
}, async () => {
  const { api: apiUrl, projectId } = box.sandbox
  const { url, outbox } = await startRelay({
    options: { apiUrl, projectId, validation: 'hold', dataDir: tempFolder('defects'), rateLimit: 0 },
    seams: { tokens: createStaticToken(box.token) },
  })
  const random = createSeeded(SEED)
  const items: [nonce: string, eventType: string, data: object][] = []
  for (let n = 0; n < COUNT; n += 1) items.push([`good-${n}`, ...good(n)])
  for (const [n, [, , ...defect]] of DEFECTS.entries())
    items.splice(wholeIn(random, 0, items.length), 0, [`defect-${n}`, ...defect])
  const events = items.map(([nonce, eventType, data]) => ({ kind: 'event', nonce, eventType, data }))
  const held: Receipt['held'] = []
  for (let at = 0; at < events.length; at += 100) {
    const body = JSON.stringify({ items: events.slice(at, at + 100) })
    const receipt: Receipt = await (await fetch(`${url}/collect`, { method: 'POST', body })).json()
    held.push(...receipt.held)
  }
  const inOrder = held.sort((a, b) => Number(a.nonce.slice(7)) - Number(b.nonce.slice(7)))
  expect(inOrder).toEqual(DEFECTS.map(([code, field], n) => ({ nonce: `defect-${n}`, code, field })))

  await expect
    .poll(() => outbox.ledger(), { timeout: 300_000 })
    .toMatchObject({ held: 0, buried: 12, delivered: COUNT })
  const letters = DEFECTS.map(([code, field], n) => [outbox.deadLetter(`defect-${n}`), code, field] as const)
  for (const [letter, code, field] of letters) {
    expect(letter?.code).toBe(code)
    expect(letter?.message).toMatch(new RegExp(`^${field}: `))
  }
  const waiting = async () => (await box.sandbox.events({ status: 'accepted' })).length
  await expect.poll(waiting, { timeout: 300_000, interval: 200 }).toBe(0)
  expect((await box.get('~/trashed-events')).body.total).toBe(0)
})
