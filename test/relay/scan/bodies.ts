import fc from 'fast-check'
import { codePoint } from '../../support/code-point.ts'

const SENT_AT = 1_764_000_000_000

/** A member as it is written: its key and its value, both JSON. */
export type Member = readonly [key: string, value: string]

export const written = (members: readonly Member[]): string =>
  `{${members.map(([key, value]) => `${key}:${value}`).join(',')}}`

/** Numbers as no honest sender writes them, or as few do. */
const ODD_NUMBERS = [
  ...[
    '-0',
    '0.0',
    '-0.0',
    '1.0',
    '0.10',
    '00',
    '01',
    '-01',
    '1.',
    '.5',
    '-',
    '--1',
    '+1',
    '1e5',
    '1E5',
    '1e+5',
  ],
  ...['1e21', '1e-7', '1e999', '0.1', '-0.1', '0.000001', '0.0000001', '123456.789', '0.30000000000000004'],
  ...['999999999999999', '9999999999999999', '9007199254740993', '12345678901234567890', '-999999999999999'],
  ...['99999999.999999', '999999999.999999', '9999999999999.99', '0x1', '1_000', 'NaN', 'Infinity', '1a'],
]
/** Texts that mean what another spelling means too, that mean nothing, or that no parser takes. */
const ODD_TEXTS = [
  ...[
    '"\\u0061"',
    '"\\/"',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\u0000"',
    '"\\u000a"',
    '"\\u00e9"',
    '"\\u2028"',
  ],
  ...[
    '"\t"',
    '"\n"',
    '"\u0000"',
    '"\\x"',
    '"\\',
    '"',
    "'a'",
    '"a',
    '"\u007f"',
    '"\u2028é€😀"',
    '"\ufeff"',
    '"\\"\\\\"',
  ],
  '"\\b\\f\\n\\r\\t"',
]
const ODD_WORDS = ['null', 'true', 'false', 'nul', 'nulll', 'True', 'undefined', '', 'truefalse']
const ODD_KEYS = [
  ...['__proto__', 'constructor', 'prototype', '__proto_', 'toString', '0', '1', '4294967294', '4294967295'],
  ...[
    '-1',
    '1.5',
    '1a',
    '',
    'a',
    'A',
    'é',
    'a"b',
    'a\\b',
    'items',
    'data',
    'kind',
    'nonce',
    'toJSON',
    '\ud800',
  ],
]

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string() },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme' }) },
  { weight: 1, arbitrary: fc.string({ unit: codePoint }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '"items":[', '"items":[{', '\\', '"', ']}', '\u007f', 'é', '😀'),
  },
)
const leaf = fc.oneof(
  { weight: 6, arbitrary: text.map((one) => JSON.stringify(one)) },
  {
    weight: 3,
    arbitrary: fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger()).map((one) => JSON.stringify(one)),
  },
  { weight: 3, arbitrary: fc.constantFrom('true', 'false', 'null') },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_NUMBERS, ...ODD_TEXTS, ...ODD_WORDS) },
)
export const keyText = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[a-z_]{1,10}$/).map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: text.map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_KEYS).map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.constantFrom('"\\u0061"', '"\\u005f_proto__"', '"\\u0030"', 'a') },
)

const { value } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 9 }, leaf, tie('object'), tie('list')),
  list: fc.array(tie('value'), { maxLength: 4 }).map((values) => `[${values.join(',')}]`),
  object: fc.array(fc.tuple(keyText, tie('value')), { maxLength: 4 }).map(written),
}))

/** JSON of any kind, or nearly JSON: keys may come twice, numbers and texts in any spelling. */
export const valueText = value
export const dataText = fc.array(fc.tuple(keyText, value), { maxLength: 5 }).map(written)

/** Data as a page would hand it over, and as JSON.stringify writes it. */
export const likelyData = fc
  .dictionary(
    fc.oneof(fc.stringMatching(/^[a-z_]{1,10}$/), fc.string({ unit: 'grapheme' })),
    fc.oneof(
      { weight: 12, arbitrary: fc.string({ unit: 'grapheme' }) },
      { weight: 4, arbitrary: fc.integer() },
      { weight: 4, arbitrary: fc.integer({ max: 1e9 }).map((cents) => cents / 100) },
      { weight: 2, arbitrary: fc.boolean() },
      { weight: 2, arbitrary: fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string()) },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    { maxKeys: 6 },
  )
  .map((data) => JSON.stringify(data))

/** Times that make an event's date, of halves of milliseconds too: of the others most are not believed. */
const believed = fc.integer({ min: 0, max: 20 * 86_400_000 }).map((age) => SENT_AT - age / 2)

/** Members of an event as a tag writes them, by name. */
export const eventMembers = (data: fc.Arbitrary<string>) =>
  fc.record({
    kind: fc.constant('"event"'),
    nonce: fc.uuid().map((one) => JSON.stringify(one)),
    eventType: fc.constantFrom('lead', 'purchase', 'page-view', 'é', 'a b').map((one) => JSON.stringify(one)),
    occurredAt: fc.oneof(fc.integer({ min: -1, max: 2e12 }), believed).map(String),
    trackerId: fc.constant('"ru1cc7QHeklGu2_"'),
    data,
  })

const membersOf = (record: Readonly<Record<string, string>>): Member[] =>
  Object.entries(record).map(([key, member]) => [`"${key}"`, member])

export const eventText = (data: fc.Arbitrary<string>) =>
  eventMembers(data).map((one) => written(membersOf(one)))

export const FRAME: readonly Member[] = [
  ['"v"', '1'],
  ['"sentAt"', String(SENT_AT)],
  ['"consent"', '"granted"'],
  ['"projectId"', '"demo-shop"'],
  ['"evicted"', '0'],
  ['"storage"', '"disk"'],
]

/** A body as the tag writes it: items first. */
export const bodyText = (items: readonly string[], frame: readonly Member[] = FRAME): string =>
  written([['"items"', `[${items.join(',')}]`], ...frame])

/** Members shuffled, left out, come twice, or with one among them that is odd. */
const maimed = (members: readonly Member[], odd: fc.Arbitrary<Member>): fc.Arbitrary<Member[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...members], { minLength: Math.max(0, members.length - 1) }),
      fc.array(fc.oneof(fc.constantFrom(...members), odd), { maxLength: 1 }),
      fc.nat(),
    )
    .map(([some, more, at]) => some.toSpliced(at % (some.length + 1), 0, ...more))

const names = fc.constantFrom(
  ...[
    '"kind"',
    '"nonce"',
    '"eventType"',
    '"occurredAt"',
    '"trackerId"',
    '"data"',
    '"kin\\u0064"',
    '"__proto__"',
  ],
)
const likelyOdd = fc.constantFrom(
  ...[
    '"interaction"',
    '"a b"',
    '""',
    '"2026-01-01T00:00:00Z"',
    '8640000000000000',
    '8640000000000001',
    '1.5',
  ],
  ...[
    `"${'n'.repeat(64)}"`,
    `"${'n'.repeat(65)}"`,
    `"${'é'.repeat(64)}"`,
    `"${'é'.repeat(65)}"`,
    '[]',
    '{}',
    '"é"',
  ],
  ...[`"${'t'.repeat(128)}"`, `"${'t'.repeat(129)}"`, '-1', '-0', '"event"', '"\\u0065vent"', 'null'],
)

/** An event with something odd about its members. */
export const oddEventText = eventMembers(dataText).chain((record) =>
  maimed(membersOf(record), fc.tuple(fc.oneof(names, keyText), fc.oneof(likelyOdd, value))).map(written),
)

const frameNames = fc.constantFrom(
  ...[
    '"v"',
    '"projectId"',
    '"sentAt"',
    '"consent"',
    '"gpc"',
    '"evicted"',
    '"storage"',
    '"items"',
    '"item\\u0073"',
  ],
  ...['"more"', '"__proto__"'],
)
const frameValues = fc.constantFrom(
  ...[
    '1',
    '2',
    '"other-shop"',
    '"denied"',
    '"required"',
    'true',
    'null',
    '-1',
    '1.5',
    '[]',
    '[0]',
    '{"items":[0]}',
  ],
  ...['"items"', '"\\"items\\":["', '{"items":[{"kind":"event"}]}', `"${'x'.repeat(1_100)}"`],
)

/** A body with anything odd: in its frame, beside its items, in its events, between its tokens. */
export const oddBodyText = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 12, arbitrary: eventText(fc.oneof({ weight: 4, arbitrary: likelyData }, dataText)) },
        { weight: 4, arbitrary: oddEventText },
        { weight: 1, arbitrary: leaf },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    fc.oneof({ weight: 9, arbitrary: fc.constant(',') }, fc.constantFrom(' ,', ', ', ',,', '')),
    fc.oneof({ weight: 9, arbitrary: fc.constant('') }, fc.constantFrom(' ', ',', '0', ']')),
  )
  .chain(([items, between, behind]) =>
    maimed(
      [['"items"', `[${items.join(between)}${behind}]`], ...FRAME],
      fc.tuple(frameNames, fc.oneof(frameValues, value)),
    ),
  )
  .map(written)

/** Bytes turned, put in, taken out, doubled or cut off, here and there. */
export const mangled = (body: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      body,
      fc.array(
        fc.record({
          at: fc.nat(),
          out: fc.constantFrom(0, 0, 1, 1, 2, 9, 1_000),
          put: fc.oneof(
            fc.constant(Buffer.alloc(0)),
            fc.constantFrom(...'"\\,:[]{}09-.e \n\t\u0000').map((one) => Buffer.from(one)),
            fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
            fc
              .constantFrom('"items":[', '"a":1,', '\\u0061', '\ufeff', 'é', ']}')
              .map((one) => Buffer.from(one)),
          ),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    )
    .map(([text, changes]) =>
      changes.reduce((bytes, { at, out, put }) => {
        const place = at % (bytes.length + 1)
        return Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + out)])
      }, Buffer.from(text)),
    )
