import { gzipSync } from 'node:zlib'
import { oneOf, wholeIn } from './seeded.ts'

type Chance = () => number
export type HostileRequest = { headers: Record<string, string>; body: Buffer }

/** Personal data that must never be seen in a log. */
export const MARKER = 'pii-marker@hostile.test'
/** A client's address that must never be seen in a log. */
export const MARKED_ADDRESS = '203.0.113.99'

const TEXTS = [
  '',
  'lead',
  '__proto__',
  'constructor',
  '\ud800',
  '\u0000\u001b[31m\r\n{"level":60,"msg":"forged"}',
  'x'.repeat(70_000),
  '💥'.repeat(40),
  MARKER,
  '2026-13-45T99:99:99Z',
  "'; drop table events; --",
  '../../../../etc/passwd',
  '%s%s%n',
]
const NUMBERS = [0, -0, -1, 1.5, 1e308, -1e308, 8.64e15, 8.64e15 + 2, 2 ** 53, Number.MIN_VALUE, Date.now()]

const nest = (levels: number): unknown => {
  let value: unknown = MARKER
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { in: value }
  return value
}

const anything = (random: Chance, depth = 0): unknown =>
  oneOf(
    random,
    () => oneOf(random, ...TEXTS),
    () => oneOf(random, ...NUMBERS),
    () => oneOf(random, true, false, null),
    () => Array.from({ length: wholeIn(random, 0, 5) }, () => (depth > 4 ? 0 : anything(random, depth + 1))),
    () => objectBy(random, depth),
    () => nest(wholeIn(random, 1, 60)),
    () => Array(wholeIn(random, 1_000, 1_100)).fill(0),
  )()

const objectBy = (random: Chance, depth: number): object => {
  const entries = Array.from({ length: wholeIn(random, 0, 5) }, () => [
    oneOf(random, ...TEXTS.slice(0, 7), 'email', 'nonce', 'kind'),
    depth > 4 ? 0 : anything(random, depth + 1),
  ])
  // Assignment would set the prototype; JSON has __proto__ as a key like any other.
  return JSON.parse(
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`,
  )
}

/** Now and then what should be there gives way to something else. */
const spoiled = (random: Chance, value: unknown): unknown => (random() < 0.08 ? anything(random) : value)

const itemBy = (random: Chance): object => ({
  kind: spoiled(random, oneOf(random, 'event', 'interaction')),
  nonce: spoiled(random, `n-${Math.floor(random() * 1e9)}`),
  eventType: spoiled(random, oneOf(random, 'lead', 'purchase', ...TEXTS)),
  occurredAt: spoiled(random, oneOf<unknown>(random, Date.now(), '2026-01-01T00:00:00Z', undefined)),
  trackerId: spoiled(random, oneOf<unknown>(random, 'ru1cc7', undefined)),
  data: spoiled(random, { email: MARKER, more: anything(random) }),
  userData: spoiled(random, { email: MARKER }),
  nodeData: spoiled(random, { wmktId: 'w' }),
})

const batchBy = (random: Chance): string =>
  JSON.stringify({
    v: spoiled(random, 1),
    projectId: spoiled(random, 'demo-shop'),
    sentAt: spoiled(random, Date.now()),
    consent: spoiled(random, 'granted'),
    gpc: spoiled(random, false),
    evicted: spoiled(random, 0),
    items: spoiled(
      random,
      Array.from({ length: wholeIn(random, 1, 4) }, () => itemBy(random)),
    ),
  })

/** Bytes turned, cut, doubled or packed. */
const mangled = (random: Chance, text: string): Buffer => {
  const body = Buffer.from(text)
  const at = wholeIn(random, 0, Math.max(0, body.length - 1))
  return oneOf(
    random,
    () => body,
    () => body,
    () => body,
    () => gzipSync(body),
    () => gzipSync(body).subarray(0, at),
    () => body.subarray(0, at),
    () => Buffer.concat([body.subarray(0, at), body.subarray(at), body.subarray(at)]),
    () => Buffer.from(body.map((byte, i) => (i === at ? wholeIn(random, 0, 255) : byte))),
    () => Buffer.from('['.repeat(at + 1)),
    () => Buffer.from(Array.from({ length: wholeIn(random, 0, 64) }, () => wholeIn(random, 0, 255))),
  )()
}

/** Header values as node lets them out; what it does not is tried on a bare socket. */
const headersBy = (random: Chance): Record<string, string> => ({
  'content-type': oneOf(
    random,
    ...Array<string>(9).fill('application/json'),
    'application/json',
    'text/plain;charset=UTF-8',
    'text/plain',
    'text/html',
    '',
  ),
  'content-encoding': oneOf(random, ...Array<string>(20).fill(''), 'gzip', 'identity', 'br', 'x'.repeat(200)),
  'x-forwarded-for': oneOf(
    random,
    MARKED_ADDRESS,
    `${MARKED_ADDRESS}, 10.0.0.1`,
    ',,,',
    '💥'.length.toString(),
  ),
  'x-forwarded-host': oneOf(random, 'shop.test', 'evil.test, ', '[::'),
  cookie: oneOf(random, 'ndrstnd=ru1cc7', 'ndrstnd=%E0%A4%A', `ndrstnd=${MARKER}`, '; ; =', 'ndrstnd="'),
  authorization: oneOf(random, '', 'Bearer ', `Bearer ${'k'.repeat(20)}`, 'Basic eDp4'),
  'user-agent': oneOf(random, 'Mozilla/5.0', `\t${MARKER}`, '<?php die; ?>'),
})

export const hostileRequest = (random: Chance): HostileRequest => ({
  headers: headersBy(random),
  body: mangled(random, random() < 0.85 ? batchBy(random) : (JSON.stringify(anything(random)) ?? 'null')),
})
