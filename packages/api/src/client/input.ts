import type { Static, TSchema } from '@sinclair/typebox'
import type { Endpoint } from '../contract/endpoint.ts'
import { ENDPOINTS } from '../endpoints.ts'
import { type EndpointName, type PathOverrides, pathOf } from '../paths.ts'
import { flawsOf } from '../schema-check.ts'

type Contract<Name extends EndpointName> = (typeof ENDPOINTS)[Name]
type Rest<Name extends EndpointName> =
  Contract<Name> extends { body: infer Body extends TSchema }
    ? Static<Body>
    : Contract<Name> extends { query: infer Query extends TSchema }
      ? Static<Query>
      : unknown
type WithProject<Whole> = Whole extends { projectId: string }
  ? Omit<Whole, 'projectId'> & { projectId?: string }
  : Whole

/** What a method of the client takes: path parameters and body, or query, in one object. `projectId` defaults to the client's. */
export type Input<Name extends EndpointName> = WithProject<Static<Contract<Name>['params']> & Rest<Name>>

/** A call as it goes over the wire, without address and credential. */
export type Placed = { readonly path: string; readonly body?: string }

type Bag = Readonly<Record<string, unknown>>

const keysOf = (schema: TSchema | undefined): string[] => Object.keys(schema?.properties ?? {})

const withProject = (endpoint: Endpoint, input: Bag, projectId: string | undefined): Bag => {
  const takesIt = [...keysOf(endpoint.params), ...keysOf(endpoint.body)].includes('projectId')
  return takesIt && projectId !== undefined ? { projectId, ...input } : input
}

const pick = (input: Bag, wanted: (key: string) => boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([key, value]) => value !== undefined && wanted(key)))

const textsOf = (bag: Bag): Record<string, string> =>
  Object.fromEntries(Object.entries(bag).map(([key, value]) => [key, String(value)]))

const require = (name: EndpointName, schema: TSchema | undefined, value: unknown): void => {
  const flaws = schema ? flawsOf(schema, value) : []
  if (flaws.length > 0) throw new TypeError(`${name}: ${flaws.join('; ')}`)
}

/**
 * Puts each part of the input where it belongs: path, query or body.
 *
 * @throws TypeError naming what does not fit the contract, before anything is sent
 */
export const placeInput = (
  name: EndpointName,
  input: Bag,
  options: { readonly projectId?: string | undefined; readonly paths?: PathOverrides | undefined },
): Placed => {
  const endpoint: Endpoint = ENDPOINTS[name]
  const whole = withProject(
    endpoint,
    pick(input, () => true),
    options.projectId,
  )
  const ofPath = keysOf(endpoint.params)
  const params = pick(whole, (key) => ofPath.includes(key))
  const rest = pick(whole, (key) => !ofPath.includes(key))
  require(name, endpoint.params, params)
  require(name, endpoint.body ?? endpoint.query, rest)
  const path = pathOf(name, textsOf(params), options.paths)
  if (endpoint.body) return { path, body: JSON.stringify(rest) }
  const query = new URLSearchParams(textsOf(rest)).toString()
  return { path: query ? `${path}?${query}` : path }
}
