import { createHash } from 'node:crypto'
import type { EventType } from '@wmkt/api'
import { FORMS, type Form, type Schema, type SchemaField, type TypeSchema } from '@wmkt/protocol/schema'

/** What of a project matters here; undefined when it could not be read. */
export type ProjectFacts = { readonly phoneParsingConfig?: unknown } | undefined

/** What the upstream says of itself: the schema is made of it alone. */
export type SchemaFacts = { readonly eventTypes: readonly EventType[]; readonly project: ProjectFacts }

/** The upstream's event types → the schema. What it left out is read as what refuses least. */
export const schemaOf = ({ eventTypes, project }: SchemaFacts): Schema => {
  const types = eventTypes
    .map((eventType) => typeOf(eventType, project))
    .map((type) => ({ ...type, hash: hashOf([type]) }))
  return { hash: hashOf(types), types: new Map(types.map((type) => [type.reference, type])) }
}

/** References of event types that are new or other than before. */
export const changedTypes = (schema: Schema, before: Schema): string[] => {
  const same = ({ reference, hash }: TypeSchema): boolean => before.types.get(reference)?.hash === hash
  return [...schema.types.values()].filter((type) => !same(type)).map(({ reference }) => reference)
}

const typeOf = ({ reference, fields, phoneParsingConfig }: EventType, project: ProjectFacts): Unhashed => {
  const own = countriesIn(phoneParsingConfig ?? [])
  const shared = project && countriesIn(project.phoneParsingConfig ?? [])
  const known = fields.flatMap(fieldOf)
  return {
    reference,
    fields: known,
    keys: new Set(known.map(({ key }) => key)),
    countries: [...new Set([...(own ?? []), ...(shared ?? [])])],
    moreCountries: own === undefined || shared === undefined,
  }
}

/** A legacy `key` stands for both keys. A field without any cannot be looked up. */
const fieldOf = (field: EventType['fields'][number]): SchemaField[] => {
  const key = field.ingestionKey ?? field.key
  if (key == null || key === '') return []
  const form = field.entity === 'state' ? 'state' : formOf(field.type)
  return [{ key, form, mandatory: field.optional === false, isPii: field.isPii === true }]
}

const formOf = (type: string): Form | 'unknown' => FORMS.find((form) => form === type) ?? 'unknown'

/** The content of `phoneParsingConfig` is not documented: a list of country codes is read, anything else is not. */
const countriesIn = (config: unknown): string[] | undefined => {
  if (!Array.isArray(config)) return undefined
  const codes = config.filter((one): one is string => typeof one === 'string' && /^[A-Z]{2}$/.test(one))
  return codes.length === config.length ? codes : undefined
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

type Unhashed = Omit<TypeSchema, 'hash'>

const hashOf = (types: readonly Unhashed[]): string => {
  const sorted = [...types].sort((a, b) => inOrder(a.reference, b.reference))
  const plain = sorted.map(({ reference, fields, countries, moreCountries }) => [
    reference,
    [...fields]
      .sort((a, b) => inOrder(a.key, b.key))
      .map(({ key, form, mandatory, isPii }) => [key, form, mandatory, isPii]),
    [countries, moreCountries],
  ])
  return createHash('sha256').update(JSON.stringify(plain)).digest('hex').slice(0, 16)
}
