import { parseBatch } from '@wmkt/protocol/parse'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyOver } from '../../../packages/relay/src/scan/body.ts'
import { createFrameReader } from '../../../packages/relay/src/scan/frame.ts'

const ITEMS = '"items":['

/** One that reads the next text as it reads a body in which a list of items stands at the 0. */
const createReader = () => {
  const read = createFrameReader()
  return (text: string) => {
    const body = Buffer.from(text.replace(`${ITEMS}0]`, `${ITEMS}{"an":"item"}]`))
    const from = body.indexOf(ITEMS) + ITEMS.length
    return read(bodyOver(body), from, from + '{"an":"item"}'.length)
  }
}
const readFrame = createReader()

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

test('one that is nearly what was said before is read as the parser reads it', () => {
  const BEFORE = '{"v":1,"sentAt":1764000000000,"consent":"granted",'
  const BEHIND = ',"projectId":"demo-shop"}'
  const other = fc.oneof(
    value.map((sentAt) => [BEFORE.replace('1764000000000', sentAt), BEHIND] as const),
    fc
      .tuple(fc.nat(BEFORE.length), fc.nat(2), fc.constantFrom('', '1', ',', '}', ' ', '"', 'é'))
      .map(([at, cut, more]) => [BEFORE.slice(0, at) + more + BEFORE.slice(at + cut), BEHIND] as const),
    fc
      .tuple(fc.nat(BEHIND.length), fc.nat(2), fc.constantFrom('', '1', ',', '}', ' ', '"', 'é'))
      .map(([at, cut, more]) => [BEFORE, BEHIND.slice(0, at) + more + BEHIND.slice(at + cut)] as const),
  )
  fc.assert(
    fc.property(other, ([before, behind]) => {
      const read = createReader()
      const first = `${BEFORE}"items":[0]${BEHIND}`
      const then = `${before}"items":[0]${behind}`
      for (const text of [first, then, first]) expect(read(text)).toEqual(expected(text))
    }),
    { numRuns: 2_000 },
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

test('where the items are said to begin elsewhere, what was said before is not taken for it', () => {
  const body = bodyOver(Buffer.from(`{"sentAt":5,${ITEMS}10]}`))
  const [from, to] = [`{"sentAt":5,${ITEMS}`.length, body.bytes.length - 2]
  const read = createFrameReader()
  expect(read(body, from, to)).toEqual({ sentAt: 5 })
  expect(read(body, from - 1, to)).toBeUndefined()
})
