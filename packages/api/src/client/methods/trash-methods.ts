import type { MakeMethod, Method } from '../method.ts'

/** What could not be processed. */
export type TrashMethods = {
  /**
   * One page of the events that could not be processed, each with `errors`: texts, or objects with `field`. `eachTrashedEvent` yields all.
   *
   * `since` and `until` are RFC 3339. Source: reference; the path is inferred (`paths` changes it).
   */
  readonly listTrashedEvents: Method<'listTrashedEvents'>
}

export const trashMethods = (method: MakeMethod): TrashMethods => ({
  listTrashedEvents: method('listTrashedEvents'),
})
