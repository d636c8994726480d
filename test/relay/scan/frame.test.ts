import { parseBatch } from '@wmkt/protocol/parse'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
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

/** A frame with its time before the items, as others may put it, and behind them, as a tag does. */
const ORDERS: [order: string, at: (sentAt: string, more?: string) => string][] = [
  [
    'before',
    (sentAt, more = '') => `{"v":1,"sentAt":${sentAt},"consent":"granted"${more},"items":[0],"evicted":0}`,
  ],
  ['behind', (sentAt, more = '') => `{"items":[0],"v":1,"sentAt":${sentAt},"consent":"granted"${more}}`],
]

describe.each(ORDERS)('with its time %s the items', (_, at) => {
  const read = createReader()
  const parses = () => {
    const spy = vi.spyOn(JSON, 'parse')
    onTestFinished(() => spy.mockRestore())
    return spy
  }

  test('what is nearly said as before is read as the parser reads it', () => {
    const first = at('1764000000000')
    const edited = fc
      .tuple(fc.nat(first.length), fc.nat(2), fc.constantFrom('', '1', ',', '}', ' ', '"', 'é'))
      .map(([from, cut, more]) => first.slice(0, from) + more + first.slice(from + cut))
      .filter((text) => text.includes('"items":[0]'))
    fc.assert(
      fc.property(
        fc.oneof(
          value.map((sentAt) => at(sentAt)),
          edited,
        ),
        (then) => {
          const own = createReader()
          for (const text of [first, then, first]) expect(own(text)).toEqual(expected(text))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('what differs in the time alone is parsed once, and each has its own', () => {
    read(at('5'))
    const spy = parses()
    for (const sentAt of [5, 0, 1_764_000_000_000])
      expect(read(at(`${sentAt}`))).toMatchObject({ v: 1, sentAt, consent: 'granted' })
    expect(spy).not.toHaveBeenCalled()
  })

  test('two kinds that take turns are parsed once each', () => {
    const kinds = ['', ',"storage":"disk"']
    for (const kind of kinds) read(at('5', kind))
    const spy = parses()
    for (const kind of [...kinds, ...kinds]) expect(read(at('6', kind))).toMatchObject({ sentAt: 6 })
    expect(spy).not.toHaveBeenCalled()
  })

  test('of more than are remembered each is read all the same, and no more are', () => {
    const own = createReader()
    const projectOf = (n: number) => `,"projectId":"p${n}"`
    for (let n = 0; n < 200; n += 1)
      expect(own(at(`${n}`, projectOf(n)))).toMatchObject({ sentAt: n, projectId: `p${n}` })
    const spy = parses()
    for (let n = 0; n < 200; n += 1) own(at('7', projectOf(n)))
    expect(spy.mock.calls.length).toBe(200 - 64)
  })
})

test('where the items are said to begin elsewhere, what was said before is not taken for it', () => {
  const body = bodyOver(Buffer.from(`{"sentAt":5,${ITEMS}10]}`))
  const [from, to] = [`{"sentAt":5,${ITEMS}`.length, body.bytes.length - 2]
  const read = createFrameReader()
  expect(read(body, from, to)).toEqual({ sentAt: 5 })
  expect(read(body, from - 1, to)).toBeUndefined()
})
