import { instantOf } from '../http/rfc3339.ts'
import { isRecord } from '../http/shape.ts'
import type { EventTypeField } from '../storage/schema.ts'
import { phoneNumberOf } from './phone.ts'

/** What the reading of values depends on besides the value. */
export type ValueRules = {
  readonly strict: boolean
  readonly currency: string
  /** Countries tried in turn for a phone number without its country prefix. */
  readonly countries: readonly string[]
}

export type Value = { readonly value: unknown } | { readonly wrong: string }

type Parse = (input: unknown, rules: ValueRules) => Value

const EMAIL = /^[^\s@"<>]{1,64}@[^\s@"<>.]+(?:\.[^\s@"<>.]+)+$/
const CURRENCY = /^[A-Z]{3}$/
const NUMERIC = /^[+-]?\d+(?:\.\d+)?$/

const finite = (input: unknown): number | undefined =>
  typeof input === 'number' && Number.isFinite(input) ? input : undefined

const numberOf: Parse = (input, { strict }) => {
  const lenient = !strict && typeof input === 'string' && NUMERIC.test(input) ? Number(input) : input
  const value = finite(!strict && typeof lenient === 'boolean' ? Number(lenient) : lenient)
  return value === undefined ? { wrong: 'must be a number' } : { value }
}

const LENIENT_FLAGS = new Map<unknown, boolean>([
  [0, false],
  [1, true],
  ['0', false],
  ['1', true],
  ['false', false],
  ['true', true],
])

const booleanOf: Parse = (input, { strict }) => {
  const value = strict ? input : (LENIENT_FLAGS.get(input) ?? input)
  return typeof value === 'boolean' ? { value } : { wrong: 'must be a boolean' }
}

const stringOf: Parse = (input, { strict }) => {
  if (typeof input === 'string') return { value: input }
  const lenient = !strict && (typeof input === 'number' || typeof input === 'boolean')
  return lenient ? { value: String(input) } : { wrong: 'must be a string' }
}

const emailOf: Parse = (input) => {
  const email = typeof input === 'string' ? input.trim() : ''
  return EMAIL.test(email) && email.length <= 254
    ? { value: email.toLowerCase() }
    : { wrong: 'must be an email' }
}

const phoneOf: Parse = (input, { countries }) => {
  const value = typeof input === 'string' ? phoneNumberOf(input, countries) : undefined
  return value === undefined ? { wrong: 'must be a valid phone number' } : { value }
}

const dateOf: Parse = (input) => {
  const at = typeof input === 'string' ? instantOf(input) : undefined
  return at === undefined ? { wrong: 'must be an RFC 3339 date-time' } : { value: new Date(at).toISOString() }
}

const currencyOf: Parse = (input, { strict, currency }) => {
  if (!strict && finite(input) !== undefined) return { value: { amount: input, currency } }
  if (!isRecord(input)) return { wrong: 'must be an object with amount and currency' }
  const amount = finite(input.amount)
  if (amount === undefined) return { wrong: 'amount must be a number' }
  const code = typeof input.currency === 'string' ? input.currency : ''
  return CURRENCY.test(code)
    ? { value: { amount, currency: code } }
    : { wrong: 'currency must be an ISO 4217 code' }
}

const locationOf: Parse = (input) => (isRecord(input) ? { value: input } : { wrong: 'must be an object' })

const PARSERS: Readonly<Record<EventTypeField['type'], Parse>> = {
  string: stringOf,
  number: numberOf,
  boolean: booleanOf,
  email: emailOf,
  phone: phoneOf,
  date: dateOf,
  currency: currencyOf,
  location: locationOf,
}

/** Reads one value as its field's type demands and brings it to its stored form. */
export const readValue = (type: EventTypeField['type'], input: unknown, rules: ValueRules): Value =>
  PARSERS[type](input, rules)
