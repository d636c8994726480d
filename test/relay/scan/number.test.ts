import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endOfNumber } from '../../../packages/relay/src/scan/number.ts'
import { NOT_PLAIN } from '../../../packages/relay/src/scan/text.ts'

const taken = (text: string): string | undefined => {
  const end = endOfNumber(Buffer.from(`[${text}]`), 1)
  return end === NOT_PLAIN ? undefined : text.slice(0, end - 1)
}

test.each(['0', '7', '-1', '10', '0.5', '-0.000001', '1.25', '999999999999999', '1234567.654321'])(
  '%s is read',
  (text) => {
    expect(taken(text)).toBe(text)
  },
)

test.each([
  ...[
    '',
    '-',
    '-0',
    '+1',
    '00',
    '01',
    '-01',
    '.5',
    '1.',
    '1.0',
    '0.10',
    '-0.0',
    '1e5',
    '1E5',
    '1.5e1',
    '0e0',
  ],
  ...['0.0000001', '0.1234567', '9999999999999999', '12345678.1234567', 'NaN', 'x', '"1"'],
])('%s is for the parser', (text) => {
  expect(taken(text)).toBeUndefined()
})

test('ends where the digits do: what follows is for others to see', () => {
  expect([taken('12,3'), taken('12}'), taken('12x'), taken('1.5.5'), taken('1-2')]).toEqual([
    ...['12', '12', '12', '1.5', '1'],
  ])
  expect(endOfNumber(Buffer.from('123').subarray(0, 2), 0)).toBe(2)
})

test('what is read is written alike by JSON.stringify', () => {
  const digits = fc.stringMatching(/^-?\d{1,17}(\.\d{0,9})?([eE][+-]?\d{1,3})?$/)
  fc.assert(
    fc.property(digits, (text) => {
      const number = taken(text)
      if (number !== undefined) expect(JSON.stringify(JSON.parse(number))).toBe(number)
    }),
    { numRuns: 5_000 },
  )
})

test('nearly all numbers of everyday are read', () => {
  const cents = fc.integer({ min: -1e12, max: 1e12 }).map((whole) => whole / 100)
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: -1e14, max: 1e14 }), cents), (number) => {
      expect(taken(JSON.stringify(number))).toBe(JSON.stringify(number))
    }),
  )
})
