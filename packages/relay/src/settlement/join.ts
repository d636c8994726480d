import type { TrashedEvent } from '@wmkt/api'
import type { Fate } from '../outbox/outbox.ts'

/** A delivery as it is remembered for a while. */
export type Delivery = { readonly nonce: string; readonly deliveredAt: number }

export type Joined =
  /** It was delivered here. `deliveredAt`: undefined when that is forgotten. */
  | {
      readonly type: 'ours'
      readonly by: 'uuid' | 'nonce'
      readonly nonce: string
      readonly deliveredAt?: number
    }
  /** It is here, and was never acknowledged: a canary that was refused, an attempt without an answer. It is settled elsewhere. */
  | { readonly type: 'undelivered'; readonly nonce: string }
  | { readonly type: 'unknown'; readonly nonce?: string }

export type Memory = {
  /** By the upstream's own id. */
  delivery(upstreamId: string): Delivery | undefined
  fate(nonce: string): Promise<Fate | undefined> | Fate | undefined
}

/** Whose a trashed event is: by the upstream's UUID first, since nonces are the sender's; else by the nonce. */
export const join = async (event: TrashedEvent, memory: Memory): Promise<Joined> => {
  const delivery = event._id ? memory.delivery(event._id) : undefined
  if (delivery) return { type: 'ours', by: 'uuid', ...delivery }
  if (event.nonce === undefined || event.nonce === null) return { type: 'unknown' }
  const nonce = String(event.nonce)
  return ofFate(nonce, await memory.fate(nonce), event._id ?? undefined)
}

/** One nonce, another UUID: somebody else's event, by chance or on purpose. */
const ofFate = (nonce: string, fate: Fate | undefined, id: string | undefined): Joined => {
  if (fate === undefined) return { type: 'unknown', nonce }
  if (fate.state === 'settled') return { type: 'ours', by: 'nonce', nonce }
  if (fate.state !== 'delivered') return { type: 'undelivered', nonce }
  const isOther = fate.upstreamId !== undefined && id !== undefined && fate.upstreamId !== id
  return isOther
    ? { type: 'unknown', nonce }
    : { type: 'ours', by: 'nonce', nonce, deliveredAt: fate.deliveredAt }
}
