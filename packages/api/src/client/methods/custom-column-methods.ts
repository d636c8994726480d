import type { MakeMethod, Method } from '../method.ts'

/** Computed columns of the reports. */
export type CustomColumnMethods = {
  /**
   * All custom columns: a plain array. Source: SDK.
   */
  readonly listCustomColumns: Method<'listCustomColumns'>
  /**
   * Creates a custom column. Resolves to an answer of unknown form. Never repeated by itself. Source: SDK.
   */
  readonly createCustomColumn: Method<'createCustomColumn'>
  /**
   * One custom column by its id. Errors: `not-found`. Source: SDK.
   */
  readonly getCustomColumn: Method<'getCustomColumn'>
  /**
   * Deletes a custom column. Resolves to an answer of unknown form. Errors: `not-found`. Source: SDK.
   */
  readonly deleteCustomColumn: Method<'deleteCustomColumn'>
}

export const customColumnMethods = (method: MakeMethod): CustomColumnMethods => ({
  listCustomColumns: method('listCustomColumns'),
  createCustomColumn: method('createCustomColumn'),
  getCustomColumn: method('getCustomColumn'),
  deleteCustomColumn: method('deleteCustomColumn'),
})
