import { createServer } from 'node:http'
import { createRelay, listen } from '@wmkt/relay'
import express from 'express'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createCheckout, type Order, signatureOf } from '../../examples/checkout/src/checkout.ts'
import { type SandboxChild, startSandboxChild } from '../support/chain.ts'
import { tempFolder } from '../support/temp-folder.ts'

const SECRET = 'whsec-example'
let sandbox: SandboxChild
beforeAll(async () => {
  sandbox = await startSandboxChild()
})
afterAll(() => sandbox?.child.end())

/** The example in a shop of its own, its relay as a middleware beside it. */
const startShop = async () => {
  const relay = createRelay({
    projectId: sandbox.projectId,
    credentials: sandbox.credentials,
    apiUrl: sandbox.api,
    oauthUrl: sandbox.oauth,
    dataDir: tempFolder('checkout'),
    logLevel: 'silent',
  })
  await relay.start()
  const kept = new Map<string, Order>()
  const eventIds = new Map<string, string>()
  const orders = {
    save: async (order: Order) => void kept.set(order.id, order),
    find: async (id: string) => kept.get(id),
    keepEventId: async (id: string, eventId: string) => void eventIds.set(id, eventId),
  }
  const app = express()
  app.use('/wmkt', relay.router)
  app.use(createCheckout({ relay, orders, webhookSecret: SECRET }))
  const listener = await listen(createServer(app), '127.0.0.1', 0)
  onTestFinished(async () => {
    await listener.close(100)
    await relay.stop()
  })
  const post = (path: string, body: string, headers: Record<string, string>) => {
    const type = { 'content-type': 'application/json' }
    return fetch(listener.url + path, { method: 'POST', body, headers: { ...type, ...headers } })
  }
  return {
    eventIds,
    order: (order: Order, cookie: string) => post('/orders', JSON.stringify(order), { cookie }),
    pay: (body: string, signature = signatureOf(body, SECRET)) =>
      post('/webhooks/payment', body, { 'payment-signature': signature }),
  }
}

const order = (id: string): Order => ({ id, email: 'ada@example.com', amount: 49.9, currency: 'EUR' })
const payment = (orderId: string) => JSON.stringify({ orderId, paidAt: '2026-03-01T12:00:00+01:00' })

test('the purchase reaches the API once, with the tracker ID of the visitor who ordered, whoever called and how often', async () => {
  const shop = await startShop()
  expect((await shop.order(order('o-1'), 'ndrstnd=ru1cc7QHeklGu2_3')).status).toBe(201)
  const calls = await Promise.all([shop.pay(payment('o-1')), shop.pay(payment('o-1'))])
  expect([...calls.map(({ status }) => status), (await shop.pay(payment('o-1'))).status]).toEqual([
    204, 204, 204,
  ])
  const computed = async () => (await sandbox.events('?nonce=purchase-o-1')).map(({ status }) => status)
  await expect.poll(computed).toEqual(['computed'])
  const [event] = await sandbox.events('?nonce=purchase-o-1')
  expect(event).toMatchObject({
    eventType: 'purchase',
    trackerId: 'ru1cc7QHeklGu2_3',
    eventDate: '2026-03-01T11:00:00.000Z',
    receptions: 1,
  })
  await expect.poll(() => shop.eventIds.get('o-1')).toBe(event?.id)
})

test('a call that is not signed records nothing', async () => {
  const shop = await startShop()
  await shop.order(order('o-2'), '')
  expect((await shop.pay(payment('o-2'), signatureOf('other', SECRET))).status).toBe(400)
  expect((await shop.pay(payment('none'))).status).toBe(404)
  expect(await sandbox.events('?nonce=purchase-o-2')).toEqual([])
})
