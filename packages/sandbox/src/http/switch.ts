import type { Reader } from './shape.ts'

const FORMS: Readonly<Record<string, boolean>> = { '0': false, false: false, '1': true, true: true }

/** A boolean in a query string: `0/1/true/false` (PHP's `http_build_query` sends digits); empty means not given. */
export const switchText: Reader<boolean | undefined> = (input, name) => {
  if (input === undefined || input === '') return { value: undefined }
  const value = typeof input === 'string' && Object.hasOwn(FORMS, input) ? FORMS[input] : undefined
  return value === undefined ? { wrong: [`${name} must be a boolean value`] } : { value }
}
