import type { TObject, TSchema } from '@sinclair/typebox'
import type { Endpoint } from './contract/endpoint.ts'
import { RefusalBody } from './contract/refusal.ts'
import { ENDPOINTS } from './endpoints.ts'
import type { PathOverrides } from './paths.ts'

/** A JSON value being built. */
type Json = { [key: string]: unknown }

export type OpenApiDocument = {
  readonly openapi: '3.1.0'
  readonly info: Json
  readonly servers: readonly Json[]
  readonly security: readonly Json[]
  readonly paths: { readonly [path: string]: { readonly [method: string]: Json } }
  readonly components: { readonly schemas: Json; readonly securitySchemes: Json }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Writes schemas as OpenAPI wants them: those with a name become components, `x-format` the format it says. */
const createSchemaWriter = () => {
  const components: Json = {}

  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain)
    if (!isObject(value)) return value
    return typeof value.$id === 'string' ? named(value.$id, value) : members(value)
  }
  const members = (schema: Json): Json =>
    Object.fromEntries(
      Object.entries(schema)
        .filter(([key]) => key !== '$id')
        .map(([key, value]) => [
          key === 'x-format' ? 'format' : key,
          key === 'examples' ? value : plain(value),
        ]),
    )
  const named = (id: string, schema: Json): Json => {
    components[id] ??= members(schema)
    return { $ref: `#/components/schemas/${id}` }
  }
  return { write: (schema: TSchema): unknown => plain(schema), components }
}

type Write = (schema: TSchema) => unknown

const parametersOf = (place: 'path' | 'query', schema: TObject | undefined, write: Write): Json[] =>
  Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: schema?.required?.includes(name) ?? false,
    ...(property.description ? { description: property.description } : {}),
    schema: write(property),
  }))

const jsonContent = (schema: unknown): Json => ({ 'application/json': { schema } })

const STATUSES: Readonly<Record<number, string>> = {
  400: 'The request does not fit: a parameter or the body is wrong.',
  401: 'No token, or one that is forged or has expired.',
}

const responsesOf = (endpoint: Endpoint, write: Write): Json => {
  const refusal = jsonContent(write(RefusalBody))
  const refusals = Object.entries({ ...STATUSES, ...endpoint.refusals })
  return {
    200: { description: 'Done. 201 means the same.', content: jsonContent(write(endpoint.response)) },
    ...Object.fromEntries(
      refusals.map(([status, description]) => [status, { description, content: refusal }]),
    ),
  }
}

const operationOf = (name: string, endpoint: Endpoint, write: Write): Json => ({
  operationId: name,
  tags: [endpoint.area],
  summary: endpoint.summary,
  description: endpoint.description,
  'x-provenance': endpoint.provenance,
  'x-source': endpoint.source,
  ...(endpoint.auth === 'unlisted' ? { 'x-auth': 'unlisted' } : {}),
  parameters: [
    ...parametersOf('path', endpoint.params, write),
    ...parametersOf('query', endpoint.query, write),
  ],
  ...(endpoint.body ? { requestBody: { required: true, content: jsonContent(write(endpoint.body)) } } : {}),
  responses: responsesOf(endpoint, write),
})

const pathsOf = (overrides: PathOverrides, write: Write): OpenApiDocument['paths'] => {
  const paths: Record<string, Record<string, Json>> = {}
  const byName: Readonly<Record<string, Endpoint>> = ENDPOINTS
  const elsewhere: Readonly<Record<string, string | undefined>> = overrides
  for (const [name, endpoint] of Object.entries(byName)) {
    const path = elsewhere[name] ?? endpoint.path
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(name, endpoint, write) }
  }
  return paths
}

/**
 * The contract as an OpenAPI 3.1 document. What is not attested says so: `x-provenance: inferred` stands on operations whose
 * path is a guess, and on schemas whose form is.
 *
 * @param options.overrides other paths for some endpoints, as `parsePathOverrides` reads them
 */
export const openApiDocument = (options: { readonly overrides?: PathOverrides } = {}): OpenApiDocument => {
  const { write, components } = createSchemaWriter()
  const paths = pathsOf(options.overrides ?? {}, write)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Webmarketer API, as understood by wmkt',
      version: '1.0.0',
      description: 'Unofficial: written from public sources, in our own words. See docs/upstream.md.',
    },
    servers: [{ url: 'https://api.webmarketer.io/api/v1' }],
    security: [{ JwtBearer: [] }],
    paths,
    components: {
      schemas: components,
      securitySchemes: { JwtBearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  }
}
