import { MAX_DEPTH, MAX_KEYS } from '@wmkt/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprintOf } from '../../../packages/relay/src/collect/fingerprint.ts'
import { createBatchScanner } from '../../../packages/relay/src/scan/batch.ts'
import { anyType } from '../../../packages/relay/src/scan/plain-type.ts'
import { bodyText, dataText, eventText, likelyData } from './bodies.ts'
import { expectAlike } from './two-ways.ts'

const scan = createBatchScanner()
const takes = (item: string): boolean => expectAlike(Buffer.from(bodyText([item])))
const eventWith = (members: object): string =>
  JSON.stringify({ kind: 'event', nonce: 'n', eventType: 'lead', data: {}, ...members })
const dataWith = (data: string): string => eventWith({ data: 0 }).replace('"data":0', () => `"data":${data}`)
const nested = (levels: number, [open, close]: readonly [string, string]): string =>
  levels === 1 ? '{}' : `${open}${nested(levels - 1, [open, close])}${close}`
const listOf = (length: number): string => `[${Array(length).fill(0).join(',')}]`

describe('an event is read', () => {
  test.each<[string, string]>([
    [
      'as the tag writes it',
      '{"trackerId":"t","occurredAt":1,"kind":"event","nonce":"n","eventType":"e","data":{}}',
    ],
    [
      'as a server writes it',
      '{"kind":"event","nonce":"n","eventType":"e","data":{},"occurredAt":1,"trackerId":"t"}',
    ],
    [
      'with its members the other way round',
      '{"eventType":"e","data":{},"trackerId":"t","nonce":"n","kind":"event"}',
    ],
    ['with a nonce of 64 characters', eventWith({ nonce: '-_aZ09'.padEnd(64, 'x') })],
    ['with a tracker ID of 128 characters', eventWith({ trackerId: '._~-aZ09'.padEnd(128, 'x') })],
    ['with an event type of 128 characters', eventWith({ eventType: 'x'.repeat(128) })],
    ['with an event type beyond ASCII', eventWith({ eventType: 'é€😀\u2028\u007f' })],
    ['with a date of long ago', eventWith({ occurredAt: -1.5 })],
    ['with 8 levels of objects', dataWith(nested(MAX_DEPTH, ['{"in":', '}']))],
    ['with 8 levels of lists', dataWith(`{"in":${nested(MAX_DEPTH - 1, ['[', ']'])}}`)],
    ['with 1,024 keys and elements', dataWith(`{"list":${listOf(MAX_KEYS - 1)}}`)],
    ['with nothing in its data', dataWith('{"a":{},"b":[],"c":"","":null}')],
    ['with escapes that JSON.stringify writes', dataWith('{"a\\"\\\\":"\\"\\\\\\b\\f\\n\\r\\t/"}')],
    ['with text beyond ASCII', dataWith('{"é€😀":"ü€😀\u2028\u2029\u007f\ufeff"}')],
    ['with numbers', dataWith('{"a":0,"b":-1,"c":0.1,"d":-12.345678,"e":999999999999999,"f":1.000001}')],
    ['with true, false and null', dataWith('{"a":[true,false,null],"b":true,"c":false,"d":null}')],
    [
      'with one key in two objects',
      dataWith('{"a":{"b":{"b":1,"a":2},"c":1},"b":{"b":1,"c":[{"a":1},{"a":1}]}}'),
    ],
    ['with keys that begin alike', dataWith('{"a":1,"ab":1,"abc":1,"b":1,"-1":1,"é":1,"É":1}')],
  ])('%s', (_, item) => {
    expect(takes(item)).toBe(true)
  })
})

describe('an event is for the parser', () => {
  test.each<[string, string]>([
    ['that is no event', '{"kind":"interaction","nonce":"n","userData":{},"nodeData":{}}'],
    ['of another kind', eventWith({ kind: 'page' })],
    ['of a kind that begins like it', eventWith({ kind: 'events' })],
    ['without a kind', '{"nonce":"n","eventType":"e","data":{}}'],
    ['without a nonce', '{"kind":"event","eventType":"e","data":{}}'],
    ['without an event type', '{"kind":"event","nonce":"n","data":{}}'],
    ['without data', '{"kind":"event","nonce":"n","eventType":"e"}'],
    ['with data before its type', '{"kind":"event","nonce":"n","data":{},"eventType":"e"}'],
    ['with a member that nobody knows', eventWith({ admin: true })],
    ['with a member twice', '{"kind":"event","kind":"event","nonce":"n","eventType":"e","data":{}}'],
    ['with a nonce twice', '{"kind":"event","nonce":"n","eventType":"e","nonce":"m","data":{}}'],
    ['with a type twice', '{"kind":"event","nonce":"n","eventType":"e","eventType":"f","data":{}}'],
    ['with data twice', '{"kind":"event","nonce":"n","eventType":"e","data":{},"data":{"a":1}}'],
    ['with a name in another spelling', eventWith({}).replace('kind', '\\u006bind')],
    ['with space between its tokens', eventWith({}).replace(',', ', ')],
    ['with space before a value', eventWith({}).replace(':', ': ')],
    ['with a comma behind its last member', eventWith({}).replace(/}$/, ',}')],
    ['with a comma before its first', eventWith({}).replace('{', '{,')],
    ['that is empty', '{}'],
    ['that is a list', '["kind","event"]'],
    ['with an empty nonce', eventWith({ nonce: '' })],
    ['with a nonce of 65 characters', eventWith({ nonce: 'x'.repeat(65) })],
    ['with a nonce that is none', eventWith({ nonce: 'a b' })],
    ['with a nonce beyond ASCII', eventWith({ nonce: 'é' })],
    ['with a nonce that is a number', eventWith({ nonce: 1 })],
    ['with an empty event type', eventWith({ eventType: '' })],
    ['with an event type of 129 characters', eventWith({ eventType: 'x'.repeat(129) })],
    ['with an event type of 129 bytes', eventWith({ eventType: `${'x'.repeat(127)}é` })],
    ['with an event type in another spelling', eventWith({}).replace('lead', 'l\\u0065ad')],
    ['with an event type that has an escape', eventWith({ eventType: 'a"b' })],
    ['with half a surrogate pair as its type', eventWith({ eventType: '\ud800' })],
    ['with a tracker ID of 129 characters', eventWith({ trackerId: 'x'.repeat(129) })],
    ['with a tracker ID that is none', eventWith({ trackerId: 'no id' })],
    ['with an empty tracker ID', eventWith({ trackerId: '' })],
    ['without a tracker ID in so many words', eventWith({ trackerId: null })],
    ['with a date in words', eventWith({ occurredAt: '2026-01-01T00:00:00Z' })],
    ['with a date beyond all time', eventWith({ occurredAt: 8.64e15 + 2 })],
    ['with the last date there is', eventWith({ occurredAt: 8.64e15 })],
    ['with no date in so many words', eventWith({ occurredAt: null })],
    ['with a list as data', dataWith('[]')],
    ['with a text as data', dataWith('"text"')],
    ['with null as data', dataWith('null')],
    ['with 9 levels of objects', dataWith(nested(MAX_DEPTH + 1, ['{"in":', '}']))],
    ['with 9 levels of lists', dataWith(`{"in":${nested(MAX_DEPTH, ['[', ']'])}}`)],
    ['with 1,025 keys and elements', dataWith(`{"list":${listOf(MAX_KEYS)}}`)],
    [
      'with 1,025 keys, the last of them in an object of its own',
      dataWith(`{"l":${listOf(MAX_KEYS - 2)},"o":{"k":0}}`),
    ],
    ['with a key that is forbidden', dataWith('{"__proto__":{}}')],
    ['with such a key deep within', dataWith('{"a":[{"constructor":1}]}')],
    ['with such a key in another spelling', dataWith('{"\\u005f_proto__":{}}')],
    ['with a key that is a number', dataWith('{"b":1,"0":1}')],
    ['with such a key deep within', dataWith('{"a":{"b":1,"10":1}}')],
    ['with a key twice', dataWith('{"a":1,"b":2,"a":1}')],
    ['with a key twice deep within', dataWith('{"a":{"a":1,"b":{"a":1},"a":1}}')],
    ['with a key twice behind an object', dataWith('{"a":{"x":1},"b":{"x":{"y":1},"x":1}}')],
    ['with text in another spelling', dataWith('{"a":"\\u0061"}')],
    ['with a slash that is escaped', dataWith('{"a":"\\/"}')],
    ['with half a surrogate pair', dataWith('{"a":"\\ud800"}')],
    ['with U+0000', dataWith('{"a":"\\u0000"}')],
    ['with a control character', dataWith('{"a":"\u0001"}')],
    ['with a line break in a text', dataWith('{"a":"\n"}')],
    ['with a text that does not end', dataWith('{"a":"}')],
    ['with a text that ends in a backslash', dataWith('{"a":"\\"}')],
    ['with -0', dataWith('{"a":-0}')],
    ['with 1e21', dataWith('{"a":1e+21}')],
    ['with 1e-7', dataWith('{"a":1e-7}')],
    ['with a whole number beyond 2^53', dataWith('{"a":9007199254740993}')],
    ['with a number in another spelling', dataWith('{"a":1.0}')],
    ['with a word that is none', dataWith('{"a":nul}')],
    ['with a word that goes on', dataWith('{"a":truex}')],
    ['with a list that does not end', dataWith('{"a":[1,2}')],
    ['with a comma behind the last element', dataWith('{"a":[1,]}')],
    ['with a comma behind the last key', dataWith('{"a":1,}')],
    ['with a key without a value', dataWith('{"a"}')],
    ['with a value without a key', dataWith('{:1}')],
    ['with a key that is no text', dataWith('{a:1}')],
  ])('%s', (_, item) => {
    expect(takes(item)).toBe(false)
  })
})

test('whatever event is taken has the fingerprint of what the parser makes of it', () => {
  fc.assert(
    fc.property(eventText(fc.oneof(likelyData, dataText)), (item) => {
      const [event] = scan(Buffer.from(bodyText([item])), anyType)?.events ?? []
      if (event) expect(event.fingerprint).toEqual(fingerprintOf(JSON.parse(item)))
    }),
    { numRuns: 2_000 },
  )
})

test('of event types that strangers name, however many, each is told from the others', () => {
  for (let n = 0; n < 2_000; n += 1) {
    const names = [`type-${n}`, `type-${n % 7}`, `${n}`]
    const body = Buffer.from(bodyText(names.map((eventType) => eventWith({ eventType }))))
    expect(scan(body, anyType)?.events.map(({ eventType, lane }) => [eventType, lane])).toEqual(
      names.map((name) => [name, `event:${name}`]),
    )
  }
})
