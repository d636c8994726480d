import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node'
import type { Clock } from '../../clock.ts'

/** A held item as the server handed it out. It is never acknowledged: what is done is removed by its number. */
export type Delivery = {
  seq: number
  data: Uint8Array
  /** Somebody else's, after so long. */
  giveBack(delayMs: number): void
  /** Still ours. */
  working(): void
}

export type PullFrom = { stream: string; consumer: string }

const PULL_MS = 2_000

/** No server is in charge of the consumer for now, or there is no such consumer. */
export class PullFailed extends Error {
  override readonly name = 'PullFailed'
  readonly gone: boolean
  constructor(why: string, gone: boolean) {
    super(`the server handed nothing out: ${why}`)
    this.gone = gone
  }
}

/** What a queue gave, and whether it said itself that it has no more. */
export type Pulled = { deliveries: Delivery[]; isDrained: boolean }

/** Takes up to `max` items that are there now. */
export const pull = (
  nc: NatsConnection,
  { stream, consumer }: PullFrom,
  max: number,
  clock: Clock,
): Promise<Pulled> =>
  new Promise((resolve, reject) => {
    const deliveries: Delivery[] = []
    const inbox = createInbox()
    const end = (error?: Error, isDrained = false) => {
      callOff()
      subscription.unsubscribe()
      if (error && deliveries.length === 0) reject(error)
      else resolve({ deliveries, isDrained })
    }
    const callback = (error: Error | null, message: Msg) => {
      if (error) return end(error)
      const code = message.headers?.code ?? 0
      if (code === 503) return end(new PullFailed('nobody is there', true))
      // 404, 408: there is no more. Others name a fault, such as a consumer that was deleted.
      if (code !== 0 && code < 409) return end(undefined, true)
      if (code !== 0) return end(new PullFailed(message.headers?.description ?? '', true))
      deliveries.push(deliveryOf(nc, message))
      if (deliveries.length === max) end()
    }
    const subscription = nc.subscribe(inbox, { callback })
    const callOff = clock.after(PULL_MS, () => end(new PullFailed('no answer', false)))
    const wish = JSON.stringify({ batch: max, no_wait: true })
    nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, wish, { reply: inbox })
  })

const deliveryOf = (nc: NatsConnection, { reply = '', data }: Msg): Delivery => ({
  seq: seqOfReply(reply),
  data,
  giveBack: (delayMs) =>
    nc.publish(reply, delayMs > 0 ? `-NAK ${JSON.stringify({ delay: delayMs * 1_000_000 })}` : '-NAK'),
  working: () => nc.publish(reply, '+WPI'),
})

/** Where acks go says what is acked: nine tokens, of newer servers eleven or twelve with domain and account in front. */
export const seqOfReply = (reply: string): number => {
  const tokens = reply.split('.')
  return Number(tokens[tokens.length > 9 ? 7 : 5])
}
