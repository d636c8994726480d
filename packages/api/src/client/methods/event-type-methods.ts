import type { MakeMethod, Method } from '../method.ts'

/** What events of one kind hold. */
export type EventTypeMethods = {
  /**
   * One page of event types. `eachEventType` yields all.
   *
   * `archived: true` gives only archived ones; `sort` is a comma list of keys, a minus turns one. Source: reference; path from the SDK.
   */
  readonly listEventTypes: Method<'listEventTypes'>
  /**
   * Creates an event type and resolves to it, `_id` and version dates included.
   *
   * User, state and statistic fields must exist in the project, with the same type. Never repeated by itself.
   * Errors: `bad-request`; `conflict` or `bad-request` when the reference is taken. Source: reference; path from the SDK.
   */
  readonly createEventType: Method<'createEventType'>
  /**
   * One event type by its reference, fields included. Errors: `not-found`. Source: reference; path from the SDK.
   */
  readonly getEventType: Method<'getEventType'>
  /**
   * Makes a new version of an event type. `fields`, when given, is the complete list: what is missing is removed.
   *
   * Resolves to an answer of unknown form. Never repeated by itself. Errors: `not-found`, `bad-request`. Source: SDK.
   */
  readonly updateEventType: Method<'updateEventType'>
  /**
   * Deletes an event type; reading it is then `not-found`. Resolves to an answer of unknown form.
   *
   * Never repeated by itself: a repeat whose first answer was lost would look like `not-found`. Source: SDK.
   */
  readonly deleteEventType: Method<'deleteEventType'>
}

export const eventTypeMethods = (method: MakeMethod): EventTypeMethods => ({
  listEventTypes: method('listEventTypes'),
  createEventType: method('createEventType'),
  getEventType: method('getEventType'),
  updateEventType: method('updateEventType'),
  deleteEventType: method('deleteEventType'),
})
