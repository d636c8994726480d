import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  countText,
  durationText,
  msText,
  plainText,
  rateText,
} from '../../../packages/relay/page/src/format.ts'
import { codePoint } from '../../support/code-point.ts'

test.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [3_725, '1 h 2 min'],
  [90_061, '1 d 1 h'],
  [86_400, '1 d'],
  [-5, '0 s'],
])('%d seconds read %j', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})

test('numbers are short', () => {
  expect([countText(12_345), countText(5_000_000)]).toEqual(['12,345', '5M'])
  expect([rateText(0), rateText(0.26), rateText(1_234.5)]).toEqual(['0', '0.3', '1,235'])
  expect([msText(0), msText(1.23), msText(250.4), msText(1_500), msText(30_000)]).toEqual([
    '0 ms',
    '1.2 ms',
    '250 ms',
    '1.5 s',
    '30 s',
  ])
})

test('no text of a stranger keeps what hides or turns it', () => {
  fc.assert(fc.property(fc.string({ unit: codePoint }), (text) => !/[\p{Cc}\p{Cf}]/u.test(plainText(text))))
})
