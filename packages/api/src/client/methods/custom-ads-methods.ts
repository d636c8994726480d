import type { MakeMethod, Method } from '../method.ts'

/** Campaigns of a custom-ads integration and what was spent on them. All paths are inferred (`paths` changes them). */
export type CustomAdsMethods = {
  /**
   * One page of campaigns, explicit (made by people) and implicit (found in traffic). `eachCampaign` yields all. Source: reference.
   */
  readonly listCampaigns: Method<'listCampaigns'>
  /**
   * Creates a campaign and resolves to `{id}`. The slug is what landing URLs carry; unique in the integration, never changed.
   *
   * Never repeated by itself. Errors: `bad-request` or `conflict` when the slug is taken. Source: reference.
   */
  readonly createCampaign: Method<'createCampaign'>
  /**
   * One campaign by its id, which is not its slug. Errors: `not-found`. Source: reference.
   */
  readonly getCampaign: Method<'getCampaign'>
  /**
   * Renames a campaign, or switches it on or off. Resolves to `{modifiedCount}`, 0 when all was so already.
   *
   * Never repeated by itself. Errors: `not-found`. Source: reference.
   */
  readonly updateCampaign: Method<'updateCampaign'>
  /**
   * One page of the outlays of a campaign. `eachOutlay` yields all. Source: reference.
   */
  readonly listOutlays: Method<'listOutlays'>
  /**
   * Records money spent: `amount` in the integration's currency, over `startDate` to `endDate` (RFC 3339, start before end).
   *
   * Resolves to `{id}`. Never repeated by itself: a repeat would count twice. Errors: `bad-request`, `not-found`. Source: reference.
   */
  readonly createOutlay: Method<'createOutlay'>
  /**
   * One outlay. `amount` is read as `{amount, currency}`, though written as a number. Errors: `not-found`. Source: reference.
   */
  readonly getOutlay: Method<'getOutlay'>
  /**
   * Changes an outlay; another `campaignId` moves it there. Resolves to `{modifiedCount}`.
   *
   * Never repeated by itself. Errors: `not-found`, `bad-request`. Source: reference.
   */
  readonly updateOutlay: Method<'updateOutlay'>
}

export const customAdsMethods = (method: MakeMethod): CustomAdsMethods => ({
  listCampaigns: method('listCampaigns'),
  createCampaign: method('createCampaign'),
  getCampaign: method('getCampaign'),
  updateCampaign: method('updateCampaign'),
  listOutlays: method('listOutlays'),
  createOutlay: method('createOutlay'),
  getOutlay: method('getOutlay'),
  updateOutlay: method('updateOutlay'),
})
