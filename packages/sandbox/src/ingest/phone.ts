import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Loaded at the first phone number (`require` remembers it), not at the start: it holds the rules of all countries. */
const library = (): typeof import('libphonenumber-js') => require('libphonenumber-js')

/** A phone number in its international form, tried as one of these countries; undefined when it is none. */
export const phoneNumberOf = (text: string, countries: readonly string[]): string | undefined => {
  const { isSupportedCountry, parsePhoneNumberFromString } = library()
  const supported = countries.flatMap((country) => (isSupportedCountry(country) ? [country] : []))
  for (const country of [undefined, ...supported]) {
    const phone = parsePhoneNumberFromString(text, country)
    if (phone?.isValid()) return phone.number
  }
  return undefined
}
