import type { MakeMethod, Method } from '../method.ts'

/** Fields declared for the whole project. */
export type FieldMethods = {
  /**
   * All fields of the project: a plain array of `{_id, entity, key, type, …}`. Source: SDK.
   */
  readonly listFields: Method<'listFields'>
  /**
   * The user fields: a plain array. Source: SDK.
   */
  readonly listUserFields: Method<'listUserFields'>
  /**
   * The states: a plain array. Source: SDK.
   */
  readonly listStateFields: Method<'listStateFields'>
  /**
   * The statistics, each a number or a currency: a plain array. Source: SDK.
   */
  readonly listStatisticFields: Method<'listStatisticFields'>
  /**
   * Declares a field. Resolves to an answer of unknown form. Never repeated by itself.
   *
   * Errors: `bad-request`. Source: SDK.
   */
  readonly createField: Method<'createField'>
  /**
   * Deletes a field by its `_id`. Resolves to an answer of unknown form. Never repeated by itself.
   *
   * Errors: `not-found`. Source: SDK.
   */
  readonly deleteField: Method<'deleteField'>
}

export const fieldMethods = (method: MakeMethod): FieldMethods => ({
  listFields: method('listFields'),
  listUserFields: method('listUserFields'),
  listStateFields: method('listStateFields'),
  listStatisticFields: method('listStatisticFields'),
  createField: method('createField'),
  deleteField: method('deleteField'),
})
