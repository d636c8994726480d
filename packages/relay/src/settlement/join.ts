import type { Fate } from '../outbox/outbox.ts'
import type { Sighting } from './sighting.ts'

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
  /** It is here, and was never acknowledged: a canary that was refused, an attempt without an answer. It may be yet. */
  | { readonly type: 'undelivered'; readonly nonce: string }
  | { readonly type: 'unknown'; readonly nonce?: string }

export type Memory = {
  /** By the upstream's own id. */
  delivery(upstreamId: string): Delivery | undefined
  fate(nonce: string): Promise<Fate | undefined> | Fate | undefined
}

/** Whose a trashed event is: by the upstream's UUID first, since nonces are the sender's; else by the nonce. */
export const join = async (
  { id, nonce }: Pick<Sighting, 'id' | 'nonce'>,
  memory: Memory,
): Promise<Joined> => {
  const delivery = id === undefined ? undefined : memory.delivery(id)
  if (delivery) return { type: 'ours', by: 'uuid', ...delivery }
  return nonce === undefined ? { type: 'unknown' } : ofFate(nonce, await memory.fate(nonce), id)
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
