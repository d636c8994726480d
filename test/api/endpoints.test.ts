import type { TSchema } from '@sinclair/typebox'
import { ENDPOINTS, type Endpoint, fits, flawsOf, ROUTES } from '@wmkt/api'
import { describe, expect, test } from 'vitest'

const all: [string, Endpoint][] = Object.entries(ENDPOINTS)
const keysOf = (schema: TSchema | undefined): string[] => Object.keys(schema?.properties ?? {})

/** Every schema inside a schema, itself included. */
const schemasIn = (schema: unknown): TSchema[] => {
  if (typeof schema !== 'object' || schema === null) return []
  const inner = Object.entries(schema)
    .filter(([key]) => key !== 'examples')
    .flatMap(([, value]) => (Array.isArray(value) ? value.flatMap(schemasIn) : schemasIn(value)))
  return 'examples' in schema || '$id' in schema ? [schema as TSchema, ...inner] : inner
}

describe('the contract', () => {
  test('describes exactly the endpoints that have a route', () => {
    expect(Object.keys(ENDPOINTS).sort()).toEqual(Object.keys(ROUTES).sort())
  })

  test('holds all 21 endpoints of the reference and 20 that only the SDK has', () => {
    expect(all.filter(([, { source }]) => source === 'reference')).toHaveLength(21)
    expect(all.filter(([, { source }]) => source === 'sdk')).toHaveLength(20)
  })

  test('gives no two endpoints the same method and path', () => {
    const places = all.map(([, { method, path }]) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`)
    expect(new Set(places).size).toBe(places.length)
  })

  test.each(all)('%s: the schema of its parameters holds exactly those of its path', (_name, endpoint) => {
    const inPath = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    expect(keysOf(endpoint.params).sort()).toEqual(inPath.sort())
  })

  test.each(all)(
    '%s: no name stands in two places, so one input object holds them all',
    (_name, endpoint) => {
      const names = [...keysOf(endpoint.params), ...keysOf(endpoint.query), ...keysOf(endpoint.body)]
      expect(new Set(names).size).toBe(names.length)
      expect(endpoint.body && endpoint.query).toBeUndefined()
    },
  )

  test.each(all)('%s: is told in words', (_name, endpoint) => {
    expect(endpoint.summary.length).toBeLessThan(80)
    expect(endpoint.description).not.toBe('')
  })

  test('says idempotent of reads and of event creation, and of nothing else', () => {
    const repeatable = all.filter(([, { idempotent }]) => idempotent).map(([name]) => name)
    const reads = all.filter(([, { method }]) => method === 'GET').map(([name]) => name)
    const others = ['createEvent', 'createEventSync', 'queryInsights', 'searchUsers']
    expect(repeatable.sort()).toEqual([...reads, ...others].sort())
  })
})

describe('examples', () => {
  const schemas = all.flatMap(([, { params, query, body, response }]) =>
    [params, query, body, response].flatMap(schemasIn),
  )
  const examples = schemas.flatMap((schema) =>
    (schema.examples ?? []).map((example: unknown) => ({ schema, example })),
  )

  test('fit the schemas they stand in', () => {
    expect(examples.length).toBeGreaterThan(50)
    expect(examples.filter(({ schema, example }) => !fits(schema, example))).toEqual([])
  })

  test('of a body’s keys make a whole body', () => {
    const exampleOf = (schema: TSchema): unknown => {
      const [given] = schema.examples ?? []
      if (given !== undefined) return given
      if (schema.type === 'boolean') return true
      if (schema.type === 'array') return [exampleOf(schema.items)]
      if (schema.type === 'number' || schema.type === 'integer') return 1
      if (schema.anyOf) return exampleOf(schema.anyOf[0])
      if ('const' in schema) return schema.const
      if (schema.type !== 'object') return 'text'
      return Object.fromEntries(
        Object.entries<TSchema>(schema.properties).map(([key, property]) => [key, exampleOf(property)]),
      )
    }
    const flaws = all.flatMap(([name, { body }]) =>
      body ? flawsOf(body, exampleOf(body)).map((flaw) => `${name} ${flaw}`) : [],
    )
    expect(flaws).toEqual([])
  })
})
