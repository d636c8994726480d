import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { decodeFrame, type ItemHead } from '../../packages/relay/src/outbox/nats/frame.ts'
import { nonceKeyOf } from '../../packages/relay/src/outbox/nats/names.ts'

const ITEMS = 'wmkt_demo-shop_items'
const NONCES = 'KV_wmkt_demo-shop_nonces'
const MOST = 20

/**
 * What a shared outbox says of itself, to read when something went wrong: the queue, its consumers, its first items, and
 * what became of the events that are asked for.
 */
export const workQueueText = async (hosts: string, nonces: readonly string[] = []): Promise<string> => {
  const nc = await connect({ servers: hosts.split(','), timeout: 5_000 })
  try {
    const jsm = await jetstreamManager(nc, { checkAPI: false })
    const parts = [
      streamText(jsm),
      consumersText(jsm),
      itemsText(jsm),
      ...nonces.map((one) => recordText(jsm, one)),
    ]
    return (await Promise.all(parts.map((part) => part.catch(String)))).join('\n')
  } finally {
    await nc.close()
  }
}

const recordText = async (jsm: JetStreamManager, nonce: string): Promise<string> => {
  const record = await recordOf(jsm, { kind: 'event', nonce })
  return `${nonce}, ${record?.time.toISOString()}: ${record?.string()}`
}

const recordOf = (jsm: JetStreamManager, item: Parameters<typeof nonceKeyOf>[0]) =>
  jsm.streams.getMessage(NONCES, { last_by_subj: `$KV.wmkt_demo-shop_nonces.${nonceKeyOf(item)}` })

const streamText = async (jsm: JetStreamManager): Promise<string> =>
  JSON.stringify((await jsm.streams.info(ITEMS)).state)

const consumersText = async (jsm: JetStreamManager): Promise<string> => {
  const lines: string[] = []
  for await (const { name, num_pending, num_ack_pending, ack_floor, delivered } of jsm.consumers.list(ITEMS))
    lines.push(`${name}: ${JSON.stringify({ num_pending, num_ack_pending, ack_floor, delivered })}`)
  return lines.join('\n')
}

/** Each with the record of its nonce. */
const itemsText = async (jsm: JetStreamManager): Promise<string> => {
  const lines: string[] = []
  for (let seq = 0; lines.length < MOST; ) {
    const next = { seq, next_by_subj: 'wmkt.demo-shop.items.>' }
    const message = await jsm.streams.getMessage(ITEMS, next)
    if (!message) break
    const { head } = decodeFrame<ItemHead>(message.data)
    const record = await recordOf(jsm, head)
    lines.push(`${message.seq} ${JSON.stringify(head)}: ${record?.string()}`)
    seq = message.seq + 1
  }
  return lines.join('\n')
}
