import { isSupportedCountry, type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js'
import type { Reading } from './reading.ts'
import type { TypeSchema } from './schema.ts'

export type Countries = Pick<TypeSchema, 'countries' | 'moreCountries'>

/** A number and nothing around it: the parser would find one in a sentence too. */
const BARE = /^\+?[\d\s().\-/]+$/
/** There is no shorter one anywhere. */
const LEAST_DIGITS = 3

/** The number a text holds, by its country prefix or as the first of these countries reads it. */
export const phoneIn = (text: string, countries: readonly string[]): PhoneNumber | undefined => {
  const known = countries.flatMap((country) => (isSupportedCountry(country) ? [country] : []))
  for (const country of [undefined, ...known]) {
    const phone = parsePhoneNumberFromString(text, country)
    if (phone?.isValid()) return phone
  }
  return undefined
}

export const readPhone = (value: unknown, { countries, moreCountries }: Countries): Reading => {
  if (typeof value !== 'string') return 'reject'
  if (phoneIn(value, countries)) return BARE.test(value) ? 'ok' : 'warn'
  const digits = value.match(/\p{Nd}/gu)?.length ?? 0
  return moreCountries && digits >= LEAST_DIGITS && !value.startsWith('+') ? 'warn' : 'reject'
}
