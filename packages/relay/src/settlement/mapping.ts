import { createHash } from 'node:crypto'
import { type Coercion, coerce, type TypeSchema } from '@wmkt/protocol/schema'

/** How trashed data are put right, in this order. */
export type Mapping = {
  /** Old key → new key; where the new one holds something already, the old one stays. */
  readonly rename: ReadonlyMap<string, string>
  readonly coerce: ReadonlySet<Coercion>
  /** Key → what it holds where it is missing or empty, as written. */
  readonly defaults: ReadonlyMap<string, string>
}

export const NO_MAPPING: Mapping = { rename: new Map(), coerce: new Set(), defaults: new Map() }

type Data = Readonly<Record<string, unknown>>

/** The data as they are sent again; what they came from is not touched. */
export const mapped = (type: TypeSchema, data: Data, mapping: Mapping): Data => {
  const named = renamed(data, mapping.rename)
  const filled = withDefaults(type, named, mapping.defaults)
  return coerce(type, filled, mapping.coerce).data
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === ''

const renamed = (data: Data, names: Mapping['rename']): Data => {
  const isFree = (key: string) => !Object.hasOwn(data, key) || isEmpty(data[key])
  const entries = Object.entries(data).filter(([key]) => ![...names.values()].includes(key) || !isFree(key))
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const name = names.get(key)
      return [name !== undefined && isFree(name) ? name : key, value]
    }),
  )
}

const withDefaults = (type: TypeSchema, data: Data, defaults: Mapping['defaults']): Data => {
  const missing = [...defaults].filter(([key]) => !Object.hasOwn(data, key) || isEmpty(data[key]))
  return { ...data, ...Object.fromEntries(missing.map(([key, text]) => [key, valueOfText(type, key, text)])) }
}

const TEXTS: readonly string[] = ['string', 'email', 'phone', 'date']

/** A text where the field takes one, else what the text says as JSON. */
const valueOfText = ({ fields }: TypeSchema, key: string, text: string): unknown => {
  const form = fields.find((field) => field.key === key)?.form ?? 'string'
  if (TEXTS.includes(form)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The nonce of an event that is sent again as other data: the same whenever the same is sent again. */
export const derivedNonce = (nonce: string, data: Data): string =>
  createHash('sha256')
    .update(`${nonce}\n${JSON.stringify(data)}`)
    .digest('base64url')
    .slice(0, 32)
