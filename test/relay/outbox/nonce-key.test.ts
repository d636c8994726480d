import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyBytes, nonceKey, readKey } from '../../../packages/relay/src/outbox/nonce-key.ts'

const bytesFor = (kind: 'event' | 'interaction', nonce: string): Buffer | undefined => {
  const key = nonceKey(kind, nonce)
  return key && keyBytes(key)
}

test('a UUID goes by its bytes, with the kind behind them', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      const hex = uuid.replaceAll('-', '')
      expect(bytesFor('event', uuid)?.toString('hex')).toBe(`${hex}00`)
      expect(bytesFor('interaction', uuid)?.toString('hex')).toBe(`${hex}01`)
    }),
  )
})

test('any other nonce goes by its digest, as ever: keys on disk and in NATS are found again', () => {
  expect(bytesFor('interaction', 'order-7')?.toString('base64url')).toBe('34z4AifsMjeSLfDs2IOFxQM')
  expect(bytesFor('event', 'order-7')?.at(-1)).toBe(2)
})

test('a key comes back from its bytes', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      const bytes = bytesFor('event', uuid) as Buffer
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      expect(readKey(view, 0)).toEqual(nonceKey('event', uuid))
    }),
  )
})

test.each(['', 'two words', 'é'.repeat(3)])('no nonce: %j', (text) =>
  expect(nonceKey('event', text)).toBeUndefined(),
)
