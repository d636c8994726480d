import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Relay } from '@wmkt/relay'
import express, { Router } from 'express'

export type Order = { id: string; email: string; amount: number; currency: string; trackerId?: string }

/** The shop's own database. */
export type Orders = {
  save(order: Order): Promise<void>
  find(id: string): Promise<Order | undefined>
  /** The API's own id of the purchase: what a return is reported by, weeks later. */
  keepEventId(id: string, eventId: string): Promise<void>
}

export type CheckoutOptions = {
  relay: Pick<Relay, 'event' | 'trackerIdOf' | 'on'>
  orders: Orders
  /** Shared with the payment provider. */
  webhookSecret: string
}

/**
 * The purchase, sent by the server when it is paid. The payment provider's call carries no cookie of the visitor's:
 * the tracker ID is noted when the order is placed, and kept with it.
 */
export const createCheckout = ({ relay, orders, webhookSecret }: CheckoutOptions): Router => {
  relay.on('ending', ({ nonce, upstreamId }) => {
    const [, id] = /^purchase-(.+)$/.exec(nonce) ?? []
    return id !== undefined && upstreamId !== undefined ? orders.keepEventId(id, upstreamId) : undefined
  })
  return Router()
    .post('/orders', express.json(), async (req, res) => {
      const { id, email, amount, currency } = req.body
      const trackerId = relay.trackerIdOf(req)
      await orders.save({ id, email, amount, currency, ...(trackerId !== undefined && { trackerId }) })
      res.status(201).json({ id })
    })
    .post('/webhooks/payment', express.text({ type: 'application/json' }), async (req, res) => {
      if (!isSigned(req.body, req.get('payment-signature'), webhookSecret)) {
        res.sendStatus(400)
        return
      }
      const { orderId, paidAt } = JSON.parse(req.body)
      const order = await orders.find(orderId)
      if (order) await sendPurchase(relay, order, paidAt)
      res.sendStatus(order ? 204 : 404)
    })
}

/**
 * Resolves once the event is on disk. The nonce is the order's: providers repeat their calls, and so does a call that was
 * answered with an error because the relay could store nothing at that moment.
 */
const sendPurchase = (relay: CheckoutOptions['relay'], order: Order, paidAt: string) => {
  const { id, email, amount, currency, trackerId } = order
  const data = { order_id: id, email, amount: { amount, currency } }
  const options = { nonce: `purchase-${id}`, occurredAt: paidAt }
  return relay.event('purchase', data, { ...options, ...(trackerId !== undefined && { trackerId }) })
}

const isSigned = (body: unknown, signature: string | undefined, secret: string): body is string => {
  if (typeof body !== 'string' || signature === undefined) return false
  const [given, expected] = [Buffer.from(signature), Buffer.from(signatureOf(body, secret))]
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** As the payment provider of this example signs its calls. */
export const signatureOf = (body: string, secret: string): string =>
  createHmac('sha256', secret).update(body).digest('hex')
