import { readValue } from '@wmkt/protocol/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPlainEmail } from '../../../packages/relay/src/scan/email.ts'

const isPlain = (text: string): boolean => {
  const bytes = Buffer.from(`"${text}"`)
  return isPlainEmail(bytes, 1, bytes.length - 1)
}
const reading = (text: string) =>
  readValue('email', text, { type: 'lead', keys: new Set(), fields: [] } as never)

test('whatever is taken at a glance, the reader takes too', () => {
  const part = fc.string({
    unit: fc.constantFrom('a', 'Z', '7', '-', '_', '+', '.', '@', '!', ' ', 'é', '"'),
  })
  const long = fc
    .tuple(part, fc.constantFrom('a', 'b-', '.c'), fc.nat(70))
    .map(([p, s, n]) => p + s.repeat(n))
  const address = fc.array(fc.oneof(part, long), { maxLength: 4 }).map((parts) => parts.join(''))
  const near = fc
    .tuple(long, long, fc.constantFrom('com', 'c', '', 'c0m'))
    .map(([a, b, c]) => `${a}@${b}.${c}`)
  fc.assert(
    fc.property(fc.oneof(address, near), (text) => {
      if (isPlain(text)) expect(reading(text)).toBe('ok')
    }),
    { numRuns: 5_000 },
  )
})

test.each(['mona@shop.test', 'a.b-c_d+e@x-y.co.uk', 'M0NA@Shop.Example', `${'a'.repeat(64)}@b.de`])(
  'at a glance: %s',
  (text) => expect([isPlain(text), reading(text)]).toEqual([true, 'ok']),
)

test.each([
  ...[
    '',
    '@',
    'mona',
    'mona@',
    '@shop.test',
    'mona@shop',
    'mona@.test',
    'mona@shop.',
    'mona@shop.t',
    'mona@shop.t3',
  ],
  ...[
    '.mona@shop.test',
    'mona.@shop.test',
    'mo..na@shop.test',
    'mo na@shop.test',
    'mona@-shop.test',
    'mona@shop-.test',
  ],
  ...[
    `${'a'.repeat(65)}@b.de`,
    `m@${'a'.repeat(64)}.de`,
    `m@${'ab.'.repeat(90)}de`,
    'mona@shop.test@shop.test',
    'mona@shop..test',
  ],
])('not at a glance: %s', (text) => expect(isPlain(text)).toBe(false))
