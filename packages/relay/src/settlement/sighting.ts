import type { TrashedEvent } from '@wmkt/api'
import { type Reason, reasonOf } from './reason.ts'

/** An event seen in the trash. Nothing of its data: that stays with the upstream. */
export type Sighting = {
  /** What tells it from all others. */
  readonly key: string
  /** The upstream's id of it. */
  readonly id?: string
  readonly nonce?: string
  readonly eventType?: string
  readonly reasons: readonly Reason[]
  /** As the upstream says. */
  readonly trashedAt?: string
}

export const sightingOf = (event: TrashedEvent): Sighting => {
  const { _id: id, nonce, eventType, createdAt, errors, data, trackerId } = event
  return {
    // An event without an id of its own is told by when and what.
    key: id ?? `${nonce} ${createdAt} ${eventType}`,
    ...(id && { id }),
    ...(nonce !== undefined && nonce !== null && { nonce: String(nonce) }),
    ...(eventType && { eventType }),
    reasons: errors.map((error) => reasonOf(error, [data, trackerId])),
    ...(createdAt && { trashedAt: createdAt }),
  }
}
