import { type EndpointName, ROUTES } from '@wmkt/api/paths'

/** Whether a text names an endpoint of the contract. */
export const isEndpointName = (text: string): text is EndpointName => Object.hasOwn(ROUTES, text)

/** All endpoints of the contract. */
export const ENDPOINT_NAMES: readonly EndpointName[] = Object.keys(ROUTES).filter(isEndpointName)
