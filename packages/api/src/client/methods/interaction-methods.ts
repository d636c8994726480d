import type { MakeMethod, Method } from '../method.ts'

/** Contacts with the brand outside the site. */
export type InteractionMethods = {
  /**
   * Records an offline interaction: `nodeData` holds the `wmktId` of a custom integration, `userData` discriminant user fields only.
   *
   * There is no nonce: a repeat is a second interaction, so it is never repeated by itself. After a TransportError it is unknown
   * whether it was recorded. Resolves to an answer of unknown form.
   *
   * Errors: `bad-request`. Source: reference; path from the SDK.
   */
  readonly createOfflineInteraction: Method<'createOfflineInteraction'>
}

export const interactionMethods = (method: MakeMethod): InteractionMethods => ({
  createOfflineInteraction: method('createOfflineInteraction'),
})
