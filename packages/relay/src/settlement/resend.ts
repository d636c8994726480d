import type { NewEvent, TrashedEvent } from '@wmkt/api'
import { ApiError, createClient } from '@wmkt/api/client'
import { type Finding, type Schema, verdictOf } from '@wmkt/protocol/schema'
import { derivedNonce, type Mapping, mapped } from './mapping.ts'
import type { TrashSource } from './read-trash.ts'

/** A trashed event as it is to be sent again, or why it would be trashed again. */
export type Remedy =
  | { readonly type: 'ready'; readonly event: NewEvent }
  | { readonly type: 'unfit'; readonly findings: readonly Pick<Finding, 'code' | 'field'>[] }
  /** The upstream shows no data of it. */
  | { readonly type: 'lost' }

export const remedyOf = (
  event: TrashedEvent,
  schema: Schema,
  mapping: Mapping,
  projectId: string,
): Remedy => {
  const { nonce, eventType, data, trackerId } = event
  if (nonce == null || eventType == null || data == null) return { type: 'lost' }
  const type = schema.types.get(eventType)
  if (!type) return { type: 'unfit', findings: [{ code: 'EVENT_TYPE_UNKNOWN', field: 'eventType' }] }
  const better = mapped(type, data, mapping)
  const { level, findings } = verdictOf(type, better)
  if (level === 'reject') return { type: 'unfit', findings: findings.filter((one) => one.level === 'reject') }
  const eventDate = event.eventDate ?? event.createdAt
  const known = { ...(eventDate != null && { eventDate }), ...(trackerId != null && { trackerId }) }
  return {
    type: 'ready',
    event: {
      projectId,
      eventType,
      ...known,
      nonce: derivedNonce(String(nonce), better),
      data: { ...better },
    },
  }
}

/** Sends an event and tells the upstream's id of it. Rejects with ApiError when the upstream refuses it. */
export type Send = (event: NewEvent) => Promise<string>

/** By the synchronous endpoint, so that a refusal is heard; where that is not known, by the other. */
export const createSender = (source: TrashSource): Send => {
  const client = createClient(source)
  return async (event) => {
    try {
      return await client.createEventSync(event)
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 405)) throw error
      return client.createEvent(event)
    }
  }
}
