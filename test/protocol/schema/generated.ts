import fc from 'fast-check'
import type { TypeSchema } from '../../../packages/protocol/src/schema/schema.ts'

export const FORMS_TRIED = [
  'string',
  'number',
  'boolean',
  'email',
  'phone',
  'date',
  'currency',
  'location',
] as const
type Tried = (typeof FORMS_TRIED)[number] | 'state'

const digits = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((all) => all.join(''))

/** A text with something put in, left out or doubled at some place. */
const maimed = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(
      text,
      fc.nat(),
      fc.constantFrom('', ' ', '.', '@', ',', '-', '"', '<', 'é', '0', '\u0000', '+', 'T'),
      fc.nat(1),
    )
    .map(([whole, at, put, taken]) => {
      const place = at % (whole.length + 1)
      return whole.slice(0, place) + put + whole.slice(place + taken)
    })

const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer())
const numerals = fc.oneof(
  numbers.map(String),
  digits(1, 4).map((text) => `${text},50`),
  digits(1, 400),
)
const labels = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
const emails = fc
  .tuple(fc.stringMatching(/^[\w+'-]{1,12}(\.[\w+-]{1,8})?$/), labels, fc.stringMatching(/^[a-z]{2,6}$/))
  .map(([local, host, top]) => `${local}@${host}.${top}`)
const phones = fc.oneof(
  digits(8, 8).map((rest) => `+336${rest}`),
  digits(8, 8).map((rest) => `06${rest}`),
  digits(9, 11).map((rest) => `+49${rest}`),
  digits(1, 16).map((rest) => `+${rest}`),
  digits(0, 14),
  digits(8, 8).map((rest) => `tel. +33 6${rest}`),
  digits(4, 4).map((rest) => `06 12-${rest.slice(0, 2)}/${rest.slice(2)} 99`),
)
const days = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc
    .date({ noInvalidDate: true, min: new Date('2001-01-01'), max: new Date('2040-01-01') })
    .map((date) => date.toISOString()),
)
const dates = fc
  .tuple(
    days,
    fc.constantFrom('Z', 'z', '', '+02:00', '-11:30', '+24:00', '+00:60', ' '),
    fc.constantFrom('T', ' ', 't', ''),
  )
  .map(([day, offset, between]) => day.replace('Z', offset).replace('T', between))
const wrongDays = fc
  .tuple(fc.integer({ min: 0, max: 10_000 }), fc.nat(13), fc.nat(32), fc.nat(25), fc.nat(61))
  .map(([year, ...rest]) => {
    const [month, day, hour, minute] = rest.map((part) => String(part).padStart(2, '0'))
    return `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${minute}Z`
  })
const currencies = fc.record(
  {
    amount: fc.oneof(numbers, numerals, fc.constant(null)),
    currency: fc.oneof(fc.constantFrom('EUR', 'USD', 'eur', 'EURO', 'XXQ', ''), fc.string()),
    more: fc.string(),
  },
  { requiredKeys: [] },
)
const locations = fc.record(
  { zipcode: fc.oneof(fc.string(), fc.integer()), country: fc.string(), city: fc.string() },
  { requiredKeys: [] },
)

const LIKELY: Record<Tried, fc.Arbitrary<unknown>> = {
  string: fc.oneof(fc.string({ unit: 'grapheme' }), maimed(fc.string())),
  number: fc.oneof(numbers, numerals, maimed(numerals)),
  boolean: fc.constantFrom<unknown[]>(true, false, 0, 1, 2, '0', '1', 'true', 'false', 'TRUE', 'yes', 'on'),
  email: fc.oneof(emails, maimed(emails), maimed(maimed(emails)), fc.emailAddress()),
  phone: fc.oneof(phones, maimed(phones), maimed(maimed(phones))),
  date: fc.oneof(days, dates, maimed(days), maimed(dates), wrongDays),
  currency: fc.oneof(
    { weight: 3, arbitrary: currencies },
    numbers,
    fc.constant({ amount: 12.5, currency: 'EUR' }),
  ),
  location: fc.oneof({ weight: 3, arbitrary: locations }, fc.array(fc.string(), { maxLength: 2 })),
  state: fc.constantFrom<unknown[]>(0, 1, 2, true, false, '1', '', 0.5),
}

/** Well-formed JSON of any kind: what the collect door lets in. */
const anything = fc
  .jsonValue({ maxDepth: 2 })
  .filter((value) => JSON.stringify(value).isWellFormed() && !JSON.stringify(value).includes('__proto__'))

/** Values that a field of this form might get: mostly near the border between good and bad. */
export const valueFor = (form: Tried): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: LIKELY[form] }, { weight: 1, arbitrary: anything })

/** Data for an event type: some fields right, some left out, some wrong, and now and then one that nobody asked for. */
export const dataOf = ({ fields }: TypeSchema): fc.Arbitrary<Record<string, unknown>> => {
  const values = fields.map(({ key, form }): [string, fc.Arbitrary<unknown>] => [
    key,
    RIGHT[form === 'unknown' ? 'string' : form],
  ])
  const right = fc.record(Object.fromEntries(values), {
    requiredKeys: fields.filter((f) => f.mandatory).map((f) => f.key),
  })
  const wrong = fc
    .constantFrom(...fields)
    .chain(({ key, form }) =>
      valueFor(form === 'unknown' ? 'string' : form).map(
        (value): Record<string, unknown> => ({ [key]: value }),
      ),
    )
  const more = fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 3, arbitrary: wrong },
    fc.constant({ renamed: 'x' }),
  )
  const left = fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    fc.constantFrom(...fields.map(({ key }) => key)),
  )
  return fc.tuple(right, more, left).map(([data, extra, out]) => {
    const all: Record<string, unknown> = { ...data, ...extra }
    if (out !== undefined) delete all[out]
    return all
  })
}

const RIGHT: Record<Tried, fc.Arbitrary<unknown>> = {
  string: fc.stringMatching(/^[\w ]{1,12}$/),
  number: numbers,
  boolean: fc.boolean(),
  email: emails,
  phone: digits(8, 8).map((rest) => `+336${rest}`),
  date: fc.constant('2026-03-14T09:26:53.589Z'),
  currency: fc.record({ amount: fc.integer(), currency: fc.constantFrom('EUR', 'USD') }),
  location: fc.record({ zipcode: digits(5, 5), country: fc.constant('FR') }),
  state: fc.constantFrom(0, 1),
}
