import fc from 'fast-check'

/** Somebody who must not be found anywhere. */
export type Person = { email: string; phone: string }

const phone = fc
  .tuple(fc.constantFrom('+33', '+49', '+44', '+1'), fc.integer({ min: 2_000_000_000, max: 9_999_999_999 }))
  .map(([country, number]) => `${country}${number}`)

/** The same ones for the same seed. */
export const peopleOf = (count: number, seed: number): Person[] =>
  fc.sample(fc.record({ email: fc.emailAddress(), phone }), { numRuns: count, seed })
