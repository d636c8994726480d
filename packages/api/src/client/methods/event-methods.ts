import type { MakeMethod, Method } from '../method.ts'

/** Creating and reading events. */
export type EventMethods = {
  /**
   * Creates an event that is processed later. Resolves to its id, a UUID. Repeated on failure: the nonce makes that harmless.
   *
   * Success says only that it arrived: what does not fit its event type ends in the trash (`eachTrashedEvent`).
   * `data` goes by ingestion key; `eventDate` is RFC 3339, no offset meaning UTC.
   *
   * Errors: `bad-request` for a broken envelope. Source: reference; path from the SDK.
   */
  readonly createEvent: Method<'createEvent'>
  /**
   * Creates an event and waits until it is processed. Resolves to its id, a UUID. Repeated on failure, as `createEvent`.
   *
   * Errors: `bad-request` when it does not fit its event type. Source: reference; path from the SDK. Older deployments answer `not-found`.
   */
  readonly createEventSync: Method<'createEventSync'>
  /**
   * An event as it was posted: `{_id, projectId, nonce, eventType, trackerId, createdAt, data}`, `data` by ingestion key.
   *
   * Errors: `not-found`. Source: reference; the path is inferred (`paths` changes it).
   */
  readonly getRawEvent: Method<'getRawEvent'>
  /**
   * An event after processing: `event` and `user` by storage key, `metrics` its states and statistics.
   *
   * Errors: `not-found`, also while it is not processed yet and when it went to the trash. Source: reference.
   */
  readonly getEvent: Method<'getEvent'>
}

export const eventMethods = (method: MakeMethod): EventMethods => ({
  createEvent: method('createEvent'),
  createEventSync: method('createEventSync'),
  getRawEvent: method('getRawEvent'),
  getEvent: method('getEvent'),
})
