import type { Outbox } from '../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../packages/relay/src/outbox/settled.ts'
import { encodeRecord } from '../../packages/relay/src/record.ts'

/** Puts an event, of the type `lead` unless another is named, with an e-mail address in it, and buries it. */
export const buryEvent = async (
  outbox: Outbox,
  nonce: string,
  why: { code: string; message: string } = { code: 'UPSTREAM_REJECTED', message: 'no' },
  eventType = 'lead',
): Promise<void> => {
  const item = { kind: 'event', nonce, eventType, data: { email: 'a@b.c' } }
  const record = encodeRecord({ receivedAt: 1 }, Buffer.from(JSON.stringify({ items: [item] })))
  const lane = `event:${eventType}`
  const entry = { index: 0, kind: 'event', nonce, lane, fingerprint: 0 } as const
  await outbox.put({ record, entries: [entry], receivedAt: 1 })
  const [leased] = await outbox.lease(lane, 1)
  if (leased) await settled(outbox, leased.ref, { type: 'bury', ...why })
}
