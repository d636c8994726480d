import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createNames } from '../../../packages/relay/src/scan/names.ts'

test('each name is found, wherever it lies, and no other', () => {
  const all = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 6 }), { maxLength: 40 })
  fc.assert(
    fc.property(all, all, (known, asked) => {
      const names = createNames<string>()
      for (const name of known) names.add(Buffer.from(name), name)
      expect(names.size()).toBe(known.length)
      for (const name of [...known, ...asked]) {
        const bytes = Buffer.from(`"${name}"`)
        expect(names.find(bytes, 1, bytes.length - 1)).toBe(known.includes(name) ? name : undefined)
      }
    }),
  )
})

test('names that share a slot are told apart', () => {
  const names = createNames<number>()
  for (let n = 0; n < 5_000; n += 1) names.add(Buffer.from(`name ${n}`), n)
  for (let n = 0; n < 5_000; n += 1) {
    const bytes = Buffer.from(`name ${n}`)
    expect(names.find(bytes, 0, bytes.length)).toBe(n)
  }
})
