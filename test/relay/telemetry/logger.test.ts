import { expect, test } from 'vitest'
import { createLogger } from '../../../packages/relay/src/telemetry/logger.ts'

const logged = (write: (log: ReturnType<typeof createLogger>) => void) => {
  const lines: string[] = []
  write(createLogger('trace', { write: (line: string) => void lines.push(line) }))
  return { text: lines.join(''), first: JSON.parse(lines[0] ?? '{}') }
}

test('a line is JSON with its level, time and words', () => {
  const { first } = logged((log) => log.warn({ lane: 'event:lead', code: 'NOT_FOUND' }, 'lane parked'))
  expect(first).toMatchObject({ level: 40, lane: 'event:lead', code: 'NOT_FOUND', msg: 'lane parked' })
  expect(first.time).toMatch(/^\d{4}-\d\d-\d\dT/)
})

test('secret names are blotted out, one level down too', () => {
  const { text } = logged((log) =>
    log.info({ token: 'sesame', req: { authorization: 'sesame', cookie: 'sesame' } }, 'x'),
  )
  expect(text).not.toContain('sesame')
})

test.each([
  ['an e-mail address', 'event:bob@example.com'],
  ['a network address', 'from 203.0.113.77 port 1'],
  ['a network address of version 6', 'from 2001:db8::ff00:42:8329 port 1'],
  ['a token', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln'],
  ['a bearer', 'authorization: Bearer open-sesame'],
  ['a telephone number', 'call +33 6 12 34 56 78 now'],
])('%s in a text is blotted out', (_, text) => {
  const { first } = logged((log) => log.info({ lane: text, err: new Error(text) }, 'x'))
  expect(first.lane).toContain('[redacted]')
  expect(first.err.message).toContain('[redacted]')
})

test.each([
  ['nonce', '01934567-8901-7234-8567-890123456789'],
  ['aside', '/data/outbox/outbox.mdb.unreadable-2026-11-30T06-27-47.169Z'],
  ['hash', '3844891234567890'],
])('what a person must find again stays whole: %s', (name, value) => {
  expect(logged((log) => log.info({ [name]: value }, 'x')).first[name]).toBe(value)
  expect(logged((log) => log.info({ other: value }, 'x')).first.other).not.toBe(value)
})

test('of an error stay name, code, words, place and cause, and nothing that hangs on it', () => {
  const body = '{"email":"bob@example.com"'
  const error = Object.assign(new SyntaxError(`Unexpected end, "${body}" is not valid JSON`), {
    body,
    code: 'E1',
  })
  const { text, first } = logged((log) => log.error({ err: new Error('outer', { cause: error }) }, 'x'))
  expect(first.err).toMatchObject({
    name: 'Error',
    message: 'outer',
    cause: { name: 'SyntaxError', code: 'E1' },
  })
  expect(first.err.cause.message).toBe('Unexpected end, [the text] is not valid JSON')
  expect(first.err.stack).toMatch(/^\s+at .*logger\.test\.ts/)
  expect(text).not.toContain('email')
})

test('an error whose cause is itself is logged all the same', () => {
  const error = new Error('round')
  error.cause = error
  expect(logged((log) => log.error({ err: error }, 'x')).first.err.message).toBe('round')
})
