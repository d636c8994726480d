import { ENDPOINTS, type Endpoint, openApiDocument } from '@wmkt/api'
import { describe, expect, test } from 'vitest'

const document = openApiDocument()
const endpoints: [string, Endpoint][] = Object.entries(ENDPOINTS)
type Json = Record<string, unknown>

const operations = (from = document) =>
  Object.entries(from.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

/** Every object in a JSON value, with its path. */
const objectsIn = (value: unknown, at = '#'): [string, Json][] => {
  if (Array.isArray(value)) return value.flatMap((item, index) => objectsIn(item, `${at}/${index}`))
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.entries(value).flatMap(([key, item]) => objectsIn(item, `${at}/${key}`))
  return [[at, { ...value }], ...inner]
}

describe('the OpenAPI document', () => {
  test('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
  })

  test('holds each endpoint once, and nothing else', () => {
    const found = operations().map(({ path, method, operation }) => [operation.operationId, method, path])
    const wanted = endpoints.map(([name, { method, path }]) => [name, method.toLowerCase(), path])
    expect(found.sort()).toEqual(wanted.sort())
  })

  test('marks inferred paths, and only those', () => {
    const marked = operations().filter(({ operation }) => operation['x-provenance'] === 'inferred')
    const inferred = endpoints.filter(([, { provenance }]) => provenance === 'inferred').map(([name]) => name)
    expect(marked.map(({ operation }) => operation.operationId).sort()).toEqual(inferred.sort())
    expect(inferred).toHaveLength(12)
  })

  test('declares every parameter of a path as required, and no other in the path', () => {
    for (const { path, operation } of operations()) {
      const parameters = operation.parameters as { name: string; in: string; required: boolean }[]
      const declared = parameters.filter((parameter) => parameter.in === 'path')
      expect(declared.map(({ name }) => `{${name}}`).sort()).toEqual((path.match(/\{\w+\}/g) ?? []).sort())
      expect(declared.every(({ required }) => required)).toBe(true)
    }
  })

  test('has no body on GET and DELETE, and says of each answer what it holds', () => {
    for (const { method, operation } of operations()) {
      if (method === 'get' || method === 'delete') expect(operation.requestBody).toBeUndefined()
      const responses = operation.responses as Record<string, { description: string; content: Json }>
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '400', '401']))
      for (const { description, content } of Object.values(responses)) {
        expect(description).not.toBe('')
        expect(content).toHaveProperty(['application/json', 'schema'])
      }
    }
  })

  test('resolves every reference, and uses every component', () => {
    const refs = objectsIn(document).flatMap(([, { $ref }]) => ($ref === undefined ? [] : [$ref]))
    const components = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
    expect([...new Set(refs)].sort()).toEqual(components.sort())
  })

  test('speaks JSON Schema: known types, known keywords, patterns that compile, required keys that exist', () => {
    const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
    const schemas = objectsIn(document.components.schemas).filter(([at]) => !at.includes('/examples'))
    for (const [at, schema] of schemas) {
      if (at.endsWith('/properties') || at.endsWith('/patternProperties') || at === '#') continue
      if (typeof schema.type === 'string') expect(types, at).toContain(schema.type)
      if (typeof schema.pattern === 'string')
        expect(() => new RegExp(String(schema.pattern), 'u'), at).not.toThrow()
      if (Array.isArray(schema.required)) {
        expect(Object.keys(schema.properties as Json), at).toEqual(expect.arrayContaining(schema.required))
      }
      expect(Object.keys(schema), at).not.toContain('$id')
      expect(Object.keys(schema), at).not.toContain('x-format')
    }
  })

  test('gives each schema component a description', () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(schema, name).toHaveProperty('description')
    }
  })

  test('moves an endpoint where an override says', () => {
    const moved = openApiDocument({ overrides: { getRawEvent: '/projects/{projectId}/events/{id}/raw' } })
    expect(moved.paths['/projects/{projectId}/events/{id}/raw']?.get?.operationId).toBe('getRawEvent')
    expect(moved.paths['/projects/{projectId}/raw-events/{id}']).toBeUndefined()
    expect(operations(moved)).toHaveLength(endpoints.length)
  })

  test('is the same each time', () => {
    expect(openApiDocument()).toEqual(document)
  })
})
