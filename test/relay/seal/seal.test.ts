import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyMissing, noSeal, SEALED } from '../../../packages/relay/src/seal/seal.ts'
import { makeKeys } from './seal-ground.ts'

const bytesOf = (value: Uint8Array | undefined) => Buffer.from(value ?? [])

test('whatever is sealed is opened as it was, by any process that has the key', () => {
  const keys = makeKeys()
  const [one, other] = [keys.openSeal(), keys.openSeal()]
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const sealed = one.seal(bytes)
      expect(sealed[0]).toBe(SEALED)
      expect(sealed.length).toBe(bytes.length + 43)
      expect(bytesOf(other.open(sealed))).toEqual(bytesOf(bytes))
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(other.openText(one.sealText(text))).toBe(text)
    }),
  )
})

test('the same is never sealed alike twice, not after a restart either', () => {
  const keys = makeKeys()
  const sealed = [keys.openSeal(), keys.openSeal()].flatMap((seal) =>
    Array.from({ length: 200 }, () => bytesOf(seal.seal(Buffer.from('same'))).toString('hex', 5)),
  )
  expect(new Set(sealed).size).toBe(400)
  expect(new Set(sealed.map((text) => text.slice(-40, -32))).size).toBe(400)
})

test('a single bit that was changed anywhere is noticed', () => {
  const seal = makeKeys().openSeal()
  const sealed = bytesOf(seal.seal(Buffer.from('mona.lisa@example.com')))
  for (let at = 1; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(() => seal.open(changed)).toThrow()
  }
  expect(() => seal.open(sealed.subarray(0, 20))).toThrow('cut off')
})

test('what was kept before there was a key stays readable', () => {
  const seal = makeKeys().openSeal()
  const older = Buffer.from([1, 2, 3])
  expect(seal.open(older)).toBe(older)
  expect(seal.openText('422 no such value')).toBe('422 no such value')
})

test('a new key seals, the old one opens until it is shredded, and a running relay hears of both', () => {
  const keys = makeKeys()
  const seal = keys.openSeal()
  const [first = ''] = keys.ids()
  const old = seal.seal(Buffer.from('old'))
  keys.rotate()
  const [, second = ''] = keys.ids()
  keys.wait()
  const young = bytesOf(seal.seal(Buffer.from('young')))
  expect(young.toString('hex', 1, 5)).toBe(second)
  expect(bytesOf(seal.open(old)).toString()).toBe('old')
  keys.shred(first)
  keys.wait()
  expect(bytesOf(seal.open(young)).toString()).toBe('young')
  expect(() => seal.open(old)).toThrow(new KeyMissing(first))
  expect(() => keys.openSeal().open(old)).toThrow(first)
})

test('a key that is to seal later opens at once, and seals when its time has come', () => {
  const keys = makeKeys()
  const [first, second] = [keys.openRing(), keys.openRing()]
  const [now] = keys.ids()
  keys.rotate(5_000)
  const [, later = ''] = keys.ids()
  keys.wait()
  expect([first.current().id, first.find(later)?.id]).toEqual([now, later])
  keys.wait(5_000)
  expect([first.current().id, second.current().id]).toEqual([later, later])
})

test('a key that another relay has just made is looked for before it is missed', () => {
  const keys = makeKeys()
  const late = keys.openRing()
  keys.rotate()
  const [, second = ''] = keys.ids()
  expect(late.find(second)).toBeUndefined()
  keys.wait()
  expect(late.find(second)?.id).toBe(second)
})

test('where the key is missing, a text says which', () => {
  const text = makeKeys().openSeal().sealText('422 no such value')
  expect(noSeal.openText(text)).toMatch(/^\(sealed with key [0-9a-f]{8}, which the key file does not have\)$/)
})
