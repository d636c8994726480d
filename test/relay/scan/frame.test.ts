import { parseBatch } from '@wmkt/protocol/parse'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFrameReader } from '../../../packages/relay/src/scan/frame.ts'

const readFrame = createFrameReader()

/** By the parser alone. */
const expected = (text: string) => {
  try {
    const parsed = parseBatch(JSON.parse(text))
    if (!parsed.ok) return undefined
    const { items: _, ...frame } = parsed.batch
    return frame
  } catch {
    return undefined
  }
}

const name = fc.constantFrom(
  '"sentAt"',
  '"sentAt" ',
  '"sentat"',
  '"meta"',
  '"v"',
  '"projectId"',
  '"consent"',
  '"gpc"',
)
const value = fc.constantFrom(
  ...[
    '0',
    '7',
    '007',
    '-1',
    '1.5',
    '1e3',
    '1764000000000',
    '999999999999999',
    '1234567890123456789',
    '5 ',
    '""',
  ],
  ...['"demo-shop"', '"sentAt"', '"granted"', 'true', 'null', '{"sentAt":9}', '[{"sentAt":9}]', '"{"', '1'],
)
const member = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom('"v":1', '"projectId":"demo-shop"', '"consent":"granted"', '"storage":"disk"'),
  },
  { weight: 2, arbitrary: fc.nat({ max: 2e12 }).map((at) => `"sentAt":${at}`) },
  fc.tuple(name, value).map(([key, one]) => `${key}:${one}`),
)
const frameText = fc
  .array(member, { maxLength: 4 })
  .chain((members) => fc.shuffledSubarray(['"items":[0]', ...members], { minLength: members.length + 1 }))
  .map((all) => `{${all.join(',')}}`)

test('whatever a frame says, it is read as the parser reads it, the first time and after others like it', () => {
  fc.assert(
    fc.property(frameText, (text) => {
      expect(readFrame(text)).toEqual(expected(text))
      expect(readFrame(text)).toEqual(expected(text))
    }),
    { numRuns: 3_000 },
  )
})

test('two that differ in the time alone are parsed once, and each has its own', () => {
  const at = (sentAt: number) => `{"items":[0],"v":1,"sentAt":${sentAt},"consent":"granted"}`
  const [one, other] = [readFrame(at(5)), readFrame(at(1_764_000_000_000))]
  expect([one, other]).toEqual([
    { v: 1, sentAt: 5, consent: 'granted' },
    { v: 1, sentAt: 1_764_000_000_000, consent: 'granted' },
  ])
})

test('of more frames than are remembered each is read all the same', () => {
  for (let n = 0; n < 200; n += 1) {
    const text = `{"items":[0],"sentAt":${n},"projectId":"p${n}"}`
    expect(readFrame(text)).toEqual({ sentAt: n, projectId: `p${n}` })
  }
})
