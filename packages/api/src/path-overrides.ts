import { type EndpointName, type PathOverrides, ROUTES, type Route } from './paths.ts'

export type ParsedPathOverrides = { readonly overrides: PathOverrides } | { readonly reason: string }

const isEndpointName = (name: string): name is EndpointName => Object.hasOwn(ROUTES, name)

const parametersOf = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort()

const quoted = (value: unknown): string => JSON.stringify(value)?.slice(0, 120) ?? 'nothing'

/** A relative path of plain segments: what would leave the API's base, or start a query, is none. */
const isPath = (value: unknown): value is string =>
  typeof value === 'string' && /^(\/([\w~-][\w.~-]*|\{\w+\}))+$/.test(value)

const flawOf = (name: string, path: unknown): string | undefined => {
  if (!isEndpointName(name)) return `${quoted(name)}: expected an endpoint's name, such as getRawEvent`
  if (!isPath(path)) return `${name}: expected a path such as ${ROUTES[name].path}, found ${quoted(path)}`
  const [expected, found] = [parametersOf(ROUTES[name].path), parametersOf(path)]
  if (expected.join() === found.join()) return undefined
  return `${name}: expected the parameters {${expected.join('}, {')}}, found ${quoted(path)}`
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Two endpoints on one method and path: whoever routes would reach only one. Parameters match whatever their names. */
const collisionIn = (overrides: PathOverrides): string | undefined => {
  const taken = new Map<string, string>()
  for (const [name, { method, path }] of Object.entries<Route>(ROUTES)) {
    const own = isEndpointName(name) ? overrides[name] : undefined
    const place = `${method} ${(own ?? path).replace(/\{\w+\}/g, '{}')}`
    const other = taken.get(place)
    if (other) return `${own ? name : other}: expected a path of its own, found that of ${own ? other : name}`
    taken.set(place, name)
  }
  return undefined
}

const foundOf = (value: unknown): string =>
  Array.isArray(value) ? 'an array' : value === undefined ? 'no JSON' : quoted(value)

/**
 * Reads the JSON text of a `WMKT_API_PATHS` file: an object of path templates by endpoint name. Each template must hold the
 * same parameters as the one it replaces, and no two endpoints may end on one path.
 *
 * @returns the overrides, or one line that names the entry, what was expected and what was found
 */
export const parsePathOverrides = (json: string): ParsedPathOverrides => {
  const value = jsonOf(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { reason: `expected a JSON object of paths by endpoint name, found ${foundOf(value)}` }
  }
  const overrides: { -readonly [Name in EndpointName]?: string } = {}
  for (const [name, path] of Object.entries<unknown>({ ...value })) {
    const reason = flawOf(name, path)
    if (reason) return { reason }
    if (isEndpointName(name) && isPath(path)) overrides[name] = path
  }
  const reason = collisionIn(overrides)
  return reason ? { reason } : { overrides }
}
