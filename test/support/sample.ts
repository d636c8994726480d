import type { TSchema } from '@sinclair/typebox'

type Json = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const plainOf = ({ type, minimum = 1, items, properties }: TSchema): unknown => {
  if (type === 'object')
    return Object.fromEntries(
      Object.entries<TSchema>(properties ?? {}).map(([key, own]) => [key, sampleOf(own)]),
    )
  if (type === 'array') return [sampleOf(items)]
  if (type === 'number' || type === 'integer') return minimum
  if (type === 'boolean') return true
  return type === 'string' ? 'text' : null
}

/** A value that a schema describes: its own example where it has one, with all optional keys. */
export const sampleOf = (schema: TSchema): unknown => {
  if (schema.examples !== undefined) return structuredClone(schema.examples[0])
  if (schema.const !== undefined) return schema.const
  return schema.anyOf ? sampleOf(schema.anyOf[0]) : plainOf(schema)
}

/** One change to a JSON value: at which of its places (any number, counted round), what, and with what. */
export type Mutation = {
  readonly at: number
  readonly how: 'replace' | 'drop' | 'wrap' | 'add' | 'text'
  readonly value: unknown
}

type Place = readonly string[]

const placesIn = (value: unknown, at: Place = []): Place[] => {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...at, key]))]
}

const changed = (value: unknown, { how, value: other }: Mutation): unknown => {
  if (how === 'wrap') return [value]
  if (how === 'text') return String(value)
  if (how === 'add') return isRecord(value) ? { ...value, added: other } : [value, other]
  return how === 'drop' ? undefined : other
}

const changedAt = (value: unknown, [key, ...rest]: Place, mutation: Mutation): unknown => {
  if (key === undefined) return changed(value, mutation)
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? changedAt(item, rest, mutation) : item))
  return isRecord(value) ? { ...value, [key]: changedAt(value[key], rest, mutation) } : value
}

/** The value with one place of it changed: a leaf, a branch, or the whole. */
export const mutated = (value: unknown, mutation: Mutation): unknown => {
  const places = placesIn(value)
  return changedAt(value, places[mutation.at % places.length] ?? [], mutation)
}
