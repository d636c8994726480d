import { readDate } from './date-form.ts'
import { readEmail } from './email-form.ts'
import { type Countries, readPhone } from './phone-form.ts'
import type { Form } from './schema.ts'

/**
 * What is to be expected of a value. `ok`: the upstream takes it, however the reference is read. `reject`: it does not,
 * however mildly it is read. `warn`: readings differ.
 */
export type Reading = 'ok' | 'warn' | 'reject'

type Read = (value: unknown, countries: Countries) => Reading

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** No database of texts takes U+0000 for certain. */
const readText = (text: string): Reading => (text.includes('\u0000') ? 'warn' : 'ok')

const readString: Read = (value) => {
  if (typeof value === 'string') return readText(value)
  return typeof value === 'number' || typeof value === 'boolean' ? 'warn' : 'reject'
}

const PLAIN_NUMBER = /^[+-]?\d+(?:\.\d+)?$/

/** JSON has no infinity, but `1e999` parses to one and would be sent as null. */
const readNumber: Read = (value) => {
  if (typeof value === 'number') return Number.isFinite(value) ? 'ok' : 'reject'
  if (typeof value === 'string')
    return PLAIN_NUMBER.test(value) && Number.isFinite(+value) ? 'warn' : 'reject'
  return typeof value === 'boolean' ? 'warn' : 'reject'
}

const FLAGS: readonly unknown[] = [0, 1, '0', '1', 'false', 'true']

const readBoolean: Read = (value) =>
  typeof value === 'boolean' ? 'ok' : FLAGS.includes(value) ? 'warn' : 'reject'

/** 0 or 1 by the reference; official plugins send booleans as such. */
const readState: Read = (value) =>
  value === 0 || value === 1 ? 'ok' : typeof value === 'boolean' ? 'warn' : 'reject'

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

const readCurrency: Read = (value) => {
  if (typeof value === 'number') return Number.isFinite(value) ? 'warn' : 'reject'
  if (!isObject(value) || !Number.isFinite(value.amount)) return 'reject'
  if (typeof value.currency !== 'string' || !/^[A-Z]{3}$/.test(value.currency)) return 'reject'
  return CURRENCIES.has(value.currency) && Object.keys(value).length === 2 ? 'ok' : 'warn'
}

const filled = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''

/** No text within holds U+0000. The parser at the door has bounded the depth. */
const isClear = (value: unknown): boolean => {
  if (typeof value === 'string') return !value.includes('\u0000')
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, inner]) => isClear(key) && isClear(inner))
}

/** Zip code and country are recommended, no key is demanded. */
const readLocation: Read = (value) => {
  if (!isObject(value)) return 'reject'
  if (!isClear(value)) return 'warn'
  return filled(value.zipcode) || filled(value.country) ? 'ok' : 'warn'
}

const READERS: Readonly<Record<Form, Read>> = {
  string: readString,
  number: readNumber,
  boolean: readBoolean,
  email: readEmail,
  phone: readPhone,
  date: readDate,
  currency: readCurrency,
  location: readLocation,
  state: readState,
}

/** Reads a value as the form its field demands. */
export const readValue = (form: Form, value: unknown, countries: Countries): Reading =>
  READERS[form](value, countries)
