import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBatchScanner } from '../../../packages/relay/src/scan/batch.ts'
import { anyType } from '../../../packages/relay/src/scan/plain-type.ts'
import { bodyText, dataText, eventText, FRAME, likelyData, mangled, oddBodyText, written } from './bodies.ts'
import { expectAlike } from './two-ways.ts'

const scan = createBatchScanner()
const bytes = (text: string) => Buffer.from(text)
const EVENT = '{"kind":"event","nonce":"n","eventType":"lead","data":{}}'
const eventsOf = (data: fc.Arbitrary<string>) =>
  fc.array(eventText(data), { minLength: 1, maxLength: 3 }).map((items) => bodyText(items))
const likelyBody = eventsOf(likelyData)
const spelledBody = eventsOf(dataText)

/** A counterexample is to be read by people. */
const shown = (raw: Buffer) =>
  Object.assign(raw, { [fc.toStringMethod]: () => JSON.stringify(raw.toString('latin1')) })

/** Looks at so many bodies both ways, and tells which part of them the scanner took. */
const shareTaken = (bodies: fc.Arbitrary<Buffer>, numRuns: number): number => {
  let taken = 0
  const property = fc.property(bodies.map(shown), (raw) => {
    taken += expectAlike(raw) ? 1 : 0
  })
  fc.assert(property, { numRuns })
  return taken / numRuns
}

describe('what the scanner takes is what the parser makes of it', () => {
  test('of bodies as a tag writes them, whatever is in their data; it takes most', () => {
    expect(shareTaken(likelyBody.map(bytes), 2_000)).toBeGreaterThan(0.5)
  })

  test('of data in any spelling', () => {
    expect(shareTaken(spelledBody.map(bytes), 4_000)).toBeGreaterThan(0.08)
  })

  test('of bodies that are odd anywhere', () => {
    expect(shareTaken(oddBodyText.map(bytes), 6_000)).toBeGreaterThan(0.1)
  })

  test('of mangled bytes', () => {
    expect(shareTaken(mangled(fc.oneof(likelyBody, spelledBody)), 6_000)).toBeGreaterThan(0.02)
  })

  test('of bytes of chance', () => {
    expect(shareTaken(fc.uint8Array({ maxLength: 200 }).map(Buffer.from), 1_000)).toBe(0)
  })
})

describe('a body in the midst of other bytes', () => {
  const data = '{"text":"é€😀 \\"q\\" \\\\ end","n":-12.5,"list":[1,null,true,"x"],"o":{"a":{}}}'
  const event = `{"trackerId":"ru1cc7","occurredAt":1764000000000,"kind":"event","nonce":"n-1","eventType":"é","data":${data}}`
  const body = bytes(bodyText([event, event.replace('n-1', 'n-2')]))

  test('is read alike wherever it begins', () => {
    const alone = scan(body, anyType)
    expect(alone?.events).toHaveLength(2)
    for (let before = 0; before < 9; before += 1) {
      const around = Buffer.concat([Buffer.alloc(before, '"'), body, bytes(',"items":[]}')])
      const within = around.subarray(before, before + body.length)
      expect(expectAlike(within)).toBe(true)
      expect(scan(within, anyType)).toEqual(alone)
    }
  })

  test('is not read beyond its end, where it would go on well', () => {
    for (let length = 0; length < body.length; length += 1)
      expect(scan(body.subarray(0, length), anyType)).toBeUndefined()
    for (let from = 1; from < body.length; from += 1)
      expect(scan(body.subarray(from), anyType)).toBeUndefined()
  })
})

describe('a frame', () => {
  test.each<[string, string]>([
    ['behind the items', bodyText([EVENT])],
    ['before them', written([...FRAME, ['"items"', `[${EVENT}]`]])],
    [
      'around them',
      written([
        ['"v"', '1'],
        ['"items"', `[${EVENT}]`],
        ['"gpc"', 'true'],
      ]),
    ],
    ['that is not there', `{"items":[${EVENT}]}`],
    ['with space in it', ` { "v" : 1 , "items":[${EVENT}] , "sentAt" : 1.5e3 }\r\n`],
    ['with members that nobody knows', bodyText([EVENT], [['"more"', '{"deep":[1,{"é":null}]}']])],
    [
      'with members that come twice',
      bodyText(
        [EVENT],
        [
          ['"sentAt"', '1'],
          ['"sentAt"', '2'],
        ],
      ),
    ],
    [
      'of a visitor without consent, which is for others to see',
      bodyText([EVENT], [['"consent"', '"denied"']]),
    ],
    ['of another project, likewise', bodyText([EVENT], [['"projectId"', '"other-shop"']])],
    ['with 100 events', bodyText(Array<string>(100).fill(EVENT))],
  ])('%s is read', (_, text) => {
    expect(expectAlike(bytes(text))).toBe(true)
  })

  test('says what it says, and the items are not of it', () => {
    const found = scan(bytes(bodyText([EVENT])), anyType)
    expect(found?.frame).toEqual({
      ...{ v: 1, sentAt: 1_764_000_000_000, consent: 'granted', projectId: 'demo-shop' },
      ...{ evicted: 0, storage: 'disk' },
    })
    expect(found?.events).toMatchObject([{ nonce: 'n', eventType: 'lead', lane: 'event:lead' }])
  })

  const twice: [string, string] = ['"items"', `[${EVENT}]`]
  test.each<[string, string]>([
    ['items twice', written([twice, twice])],
    ['other items first', written([['"items"', '[0]'], twice])],
    ['other items last', written([twice, ['"items"', '[0]']])],
    ['other items in another spelling', written([twice, ['"item\\u0073"', '[0]']])],
    ['no items but those of a member', written([['"more"', written([twice])]])],
    ['items of a member besides', written([['"more"', written([twice])], twice])],
    ['items of a member behind', written([twice, ['"more"', written([twice])]])],
    ['items in a text', bodyText([EVENT], [['"more"', '"\\"items\\":["']])],
    ['a backslash', bodyText([EVENT], [['"more"', '"\\n"']])],
    ['no items', bodyText([])],
    ['101 items', bodyText(Array<string>(101).fill(EVENT))],
    ['a comma behind the last', bodyText([`${EVENT},`])],
    ['two commas', bodyText([`${EVENT},`, EVENT])],
    ['no comma', bodyText([EVENT + EVENT])],
    ['a semicolon instead', bodyText([`${EVENT};${EVENT}`])],
    ['space before the items', bodyText([` ${EVENT}`])],
    ['space behind them', bodyText([`${EVENT} `])],
    ['space before their list', bodyText([EVENT]).replace('"items":', '"items": ')],
    ['an item that is none', bodyText([EVENT, 'null'])],
    ['another version', bodyText([EVENT], [['"v"', '2']])],
    ['a date of sending that is none', bodyText([EVENT], [['"sentAt"', '"now"']])],
    ['a consent that is none', bodyText([EVENT], [['"consent"', '"maybe"']])],
    ['1,100 characters in it', bodyText([EVENT], [['"more"', `"${'x'.repeat(1_100)}"`]])],
    ['1,100 characters before the items', written([['"more"', `"${'x'.repeat(1_100)}"`], twice])],
    ['a bracket too many', `${bodyText([EVENT])}]`],
    ['another batch behind it', bodyText([EVENT]) + bodyText([EVENT])],
    ['a list around it', `[${bodyText([EVENT])}]`],
    ['a byte order mark', `\ufeff${bodyText([EVENT])}`],
    ['nothing', ''],
  ])('with %s is for the parser', (_, text) => {
    expect(expectAlike(bytes(text))).toBe(false)
  })

  test.each<[string, number[]]>([
    ['a byte that is none', [0xff]],
    ['a character that is cut off', [0xe2, 0x82]],
    ['a character written too long', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a character beyond all', [0xf4, 0x90, 0x80, 0x80]],
  ])('and bytes that are no UTF-8 are for the parser: %s', (_, bad) => {
    const [head = '', tail = ''] = bodyText([EVENT.replace('{}', '{"t":"#"}')]).split('#')
    expect(expectAlike(Buffer.concat([bytes(head), Buffer.from(bad), bytes(tail)]))).toBe(false)
    expect(expectAlike(bytes(`${head}é${tail}`))).toBe(true)
  })
})
