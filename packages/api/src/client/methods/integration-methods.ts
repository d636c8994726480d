import type { MakeMethod, Method } from '../method.ts'

/** Traffic sources. */
export type IntegrationMethods = {
  /**
   * One page of traffic sources. `eachIntegration` yields all. Source: SDK.
   */
  readonly listIntegrations: Method<'listIntegrations'>
  /**
   * One traffic source by its wmktId. Errors: `not-found`. Source: SDK.
   */
  readonly getIntegration: Method<'getIntegration'>
}

export const integrationMethods = (method: MakeMethod): IntegrationMethods => ({
  listIntegrations: method('listIntegrations'),
  getIntegration: method('getIntegration'),
})
