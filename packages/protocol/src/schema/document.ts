import { COERCIONS, type Coercion } from './coercion.ts'
import type { Schema, TypeSchema } from './schema.ts'

/** `GET {base}/schema`: what a page needs to know to say of a call what the relay will. Names, forms and flags, nothing of anybody. */
export type SchemaDocument = {
  readonly hash: string
  /** What the relay puts right on the way. */
  readonly coercions: readonly Coercion[]
  readonly types: readonly Omit<TypeSchema, 'keys'>[]
}

/** @param shown references that may be told of; all when not given */
export const documentOf = (
  { hash, types }: Schema,
  coercions: ReadonlySet<Coercion>,
  shown?: ReadonlySet<string>,
): SchemaDocument => ({
  hash,
  coercions: [...coercions],
  types: [...types.values()]
    .filter(({ reference }) => shown?.has(reference) ?? true)
    .map(({ keys: _keys, ...type }) => type),
})

/** The way back. Undefined for what is no such document; beyond that the relay is believed. */
export const schemaIn = (
  value: unknown,
): { schema: Schema; coercions: ReadonlySet<Coercion> } | undefined => {
  if (!isDocument(value)) return undefined
  const types = value.types.map((type) => ({ ...type, keys: new Set(type.fields.map(({ key }) => key)) }))
  return {
    schema: { hash: value.hash, types: new Map(types.map((type) => [type.reference, type])) },
    coercions: new Set(COERCIONS.filter((one) => value.coercions.includes(one))),
  }
}

const isDocument = (value: unknown): value is SchemaDocument =>
  typeof value === 'object' &&
  value !== null &&
  'types' in value &&
  Array.isArray(value.types) &&
  'coercions' in value &&
  Array.isArray(value.coercions)
