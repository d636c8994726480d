import type { MakeMethod, Method } from '../method.ts'

/** People, as reconciled. */
export type UserMethods = {
  /**
   * One page of users with the wanted fields; each field keeps every value seen. `eachUser` yields all.
   *
   * A read by POST, so it is repeated on failure. `order` is ASC or DESC by the user field in `sort`. Source: SDK.
   */
  readonly searchUsers: Method<'searchUsers'>
  /**
   * One page of a user's computed events. `eachUserEvent` yields all. `id` is the user's, 24 hexadecimal digits.
   *
   * Errors: `not-found`. Source: SDK; the path stands in the reference too.
   */
  readonly listUserEvents: Method<'listUserEvents'>
}

export const userMethods = (method: MakeMethod): UserMethods => ({
  searchUsers: method('searchUsers'),
  listUserEvents: method('listUserEvents'),
})
