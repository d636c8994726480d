import { type Held, type ItemCode, type JsonObject, makeNonce, type Receipt } from '@wmkt/protocol'
import { accept } from './collect/accept.ts'
import { bodyOf } from './collect/arrived-body.ts'
import { createContentReader } from './collect/content.ts'
import { problemOf } from './collect/refusal.ts'
import type { ItemPolicy } from './collect/sift.ts'
import type { Tally } from './collect/tally.ts'
import type { Door } from './door.ts'

export type ItemOptions = {
  /** Chosen once by the caller where the event has a key of its own, such as an order number. @default a UUIDv7 */
  nonce?: string
  /** Epoch ms or RFC 3339. @default now */
  occurredAt?: number | string
}
export type EventOptions = ItemOptions & {
  /** The visitor: `relay.trackerIdOf(req)`, or what was kept with the order. */
  trackerId?: string
}

/** The item is on disk. `duplicate`: it was before. `held`: it is kept for a person, as the upstream would trash it. */
export type Stored = { nonce: string; duplicate: boolean; held?: Omit<Held, 'nonce'> }

/** The item is none, or its nonce was used with other content. */
export class ItemRefused extends TypeError {
  override readonly name = 'ItemRefused'
  readonly code: ItemCode
  constructor(code: ItemCode, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

/**
 * Both resolve once the item is on disk. They reject with ItemRefused when it can never be stored, and with Problem
 * when it cannot be stored now (`STARTING`, `STOPPING`, `BACKLOG_FULL`, `STORAGE_FULL`, `STORAGE_FAILED`): try again
 * with the same nonce.
 */
export interface OwnItems {
  event(eventType: string, data: JsonObject, options?: EventOptions): Promise<Stored>
  interaction(userData: JsonObject, nodeData: JsonObject, options?: ItemOptions): Promise<Stored>
}

const heldIn = ({ held: [first] }: Receipt): Pick<Stored, 'held'> => {
  if (!first) return {}
  const { nonce: _nonce, ...held } = first
  return { held }
}

export type OwnItemsOptions = {
  door: Door
  tally: Tally
  projectId: string
  now: () => number
  /** In [0, 1). */
  random: () => number
  onStorage: (error: unknown) => void
  judge?: ItemPolicy['judge']
}

/** Whoever calls from within has every right. */
const EVERYTHING: ItemPolicy = { interactions: 'origins' }

/** Items recorded by the host's own code: the same way in as a batch from outside. */
export const createOwnItems = (options: OwnItemsOptions): OwnItems => {
  const { door, tally, projectId, now, random, onStorage, judge } = options
  const policy = { ...EVERYTHING, projectId, judge }
  const contentOf = createContentReader(policy)
  const store = async (item: { nonce: string } & JsonObject): Promise<Stored> => {
    const at = now()
    const raw = Buffer.from(JSON.stringify({ v: 1, sentAt: at, items: [{ occurredAt: at, ...item }] }))
    const { outbox, leave } = door.enter()
    try {
      const content = contentOf(bodyOf(raw), true)
      const accepted = await accept({ raw, content, receivedAt: at, trackerId: undefined }, outbox, policy)
      tally.add(content.frame, accepted, now() - at)
      const { receipt } = accepted
      const [rejection] = receipt.rejected
      if (rejection) throw new ItemRefused(rejection.code, rejection.field ?? rejection.message)
      return { nonce: item.nonce, duplicate: receipt.duplicates === 1, ...heldIn(receipt) }
    } catch (error) {
      onStorage(error)
      throw problemOf(error, random)
    } finally {
      leave()
    }
  }
  const nonceOf = (options: ItemOptions): string => options.nonce ?? makeNonce(now())
  return {
    event: (eventType, data, options = {}) =>
      store({ ...options, kind: 'event', nonce: nonceOf(options), eventType, data }),
    interaction: (userData, nodeData, options = {}) =>
      store({ ...options, kind: 'interaction', nonce: nonceOf(options), userData, nodeData }),
  }
}
