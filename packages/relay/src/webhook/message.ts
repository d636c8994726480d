import { createHash, createHmac } from 'node:crypto'

/** A delivery as the receiver reads it. Nothing of anybody's data. */
export type ToldEvent = {
  readonly nonce: string
  /** Missing when the record cannot be read. */
  readonly eventType?: string
  /** The upstream's own id; missing when it gave none. */
  readonly upstreamId?: string
  /** Epoch ms. */
  readonly deliveredAt: number
}

/** The same deliveries make the same text, whenever it is sent. */
export const bodyOf = (projectId: string, events: readonly ToldEvent[]): string => {
  const latest = Math.max(...events.map(({ deliveredAt }) => deliveredAt))
  const timestamp = new Date(latest).toISOString()
  return JSON.stringify({ type: 'events.delivered', timestamp, data: { projectId, events } })
}

/** Of the text: a message that is sent again is known by it. */
const idOf = (body: string): string => `msg_${createHash('sha256').update(body).digest('hex').slice(0, 32)}`

/** By https://www.standardwebhooks.com: the receiver's library checks it. @param at epoch ms of the attempt */
export const signedHeaders = (key: Uint8Array, body: string, at: number, id = idOf(body)) => {
  const seconds = Math.floor(at / 1_000)
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return {
    'content-type': 'application/json',
    'user-agent': 'wmkt-relay',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  }
}
