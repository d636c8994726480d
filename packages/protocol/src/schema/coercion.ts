import { parseRfc3339 } from '../rfc3339.ts'
import { phoneIn } from './phone-form.ts'
import type { SchemaField, TypeSchema } from './schema.ts'

/** What may be put right on the way: each only where one meaning is possible. */
export const COERCIONS = ['number', 'phone', 'date'] as const
export type Coercion = (typeof COERCIONS)[number]

type Data = Readonly<Record<string, unknown>>
export type Coerced<D extends Data = Data> = {
  readonly data: D
  readonly done: readonly { readonly kind: Coercion; readonly field: string }[]
}

/** Event data with the values put right that these coercions know; the same object when there is nothing to do. */
export const coerce = <D extends Data>(
  type: TypeSchema,
  data: D,
  allowed: ReadonlySet<Coercion>,
): Coerced<D> => {
  const done: { kind: Coercion; field: string }[] = []
  const changed: Record<string, unknown> = {}
  for (const field of type.fields) {
    const kind = KIND_OF_FORM[field.form]
    if (kind === undefined || !allowed.has(kind) || !Object.hasOwn(data, field.key)) continue
    const value = data[field.key]
    const better = betterOf(field, value, type)
    if (better === value) continue
    changed[field.key] = better
    done.push({ kind, field: field.key })
  }
  return done.length === 0 ? { data, done: NOTHING } : { data: { ...data, ...changed }, done }
}

const NOTHING: readonly never[] = []

const KIND_OF_FORM: Readonly<Partial<Record<SchemaField['form'], Coercion>>> = {
  number: 'number',
  currency: 'number',
  phone: 'phone',
  date: 'date',
}

const betterOf = ({ form }: SchemaField, value: unknown, { countries }: TypeSchema): unknown => {
  if (form === 'currency') return amountOf(value)
  if (typeof value !== 'string') return value
  if (form === 'number') return numberOf(value)
  return form === 'phone' ? (phoneIn(value, countries)?.number ?? value) : dateOf(value)
}

/** `12,50` and `1 234,5` and `1.234,50`; `12,345` and `12.345` may be either, and stay. */
const DECIMAL_COMMA = /^[+-]?(?:\d+|\d{1,3}(?:[ .\u00a0\u202f]\d{3})+),\d{1,2}$/
const DECIMAL_POINT = /^[+-]?(?:\d+|\d{1,3}(?:[ ,\u00a0\u202f]\d{3})+)\.\d{1,2}$|^[+-]?\d+(?:\.\d+)?$/

const EITHER = /^[+-]?[1-9]\d{0,2}\.\d{3}$/

const numberOf = (text: string): number | string => {
  const bare = text.trim()
  if (EITHER.test(bare)) return text
  const plain = DECIMAL_COMMA.test(bare)
    ? bare.replace(/[ .\u00a0\u202f]/g, '').replace(',', '.')
    : DECIMAL_POINT.test(bare)
      ? bare.replace(/[ ,\u00a0\u202f]/g, '')
      : undefined
  const value = plain === undefined ? Number.NaN : Number(plain)
  return Number.isFinite(value) ? value : text
}

const amountOf = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('amount' in value)) return value
  if (typeof value.amount !== 'string') return value
  const amount = numberOf(value.amount)
  return typeof amount === 'number' ? { ...value, amount } : value
}

const PARTS = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?)?$/

/** What browsers' date inputs give, and what lacks `T` or offset, in full. No offset means UTC, says the reference. */
const dateOf = (text: string): string => {
  const match = PARTS.exec(text.trim())
  if (!match) return text
  const [, day, time = '00:00', seconds = ':00', offset = 'Z'] = match
  const full = `${day}T${time}${seconds}${offset.toUpperCase()}`
  return parseRfc3339(full) === undefined ? text : full
}
