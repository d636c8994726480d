import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../../packages/relay/src/forward/outcome.ts'
import { type Verdict, verdictOf } from '../../../packages/relay/src/forward/verdict.ts'
import { codePoint } from '../../support/code-point.ts'

const NOW = Date.UTC(2026, 0, 1)
const answer = (status: number, body = '"id"', retryAfter?: string): Outcome => ({
  kind: 'answer',
  status,
  body,
  latencyMs: 1,
  ...(retryAfter !== undefined && { retryAfter }),
})
const failure = (written: boolean, staleSocket = false): Outcome => ({
  kind: 'failure',
  code: 'ECONNRESET',
  written,
  staleSocket,
  latencyMs: 1,
})
const event = (outcome: Outcome, repeated = false): Verdict =>
  verdictOf(outcome, { kind: 'event', repeated, now: () => NOW })
const interaction = (outcome: Outcome): Verdict =>
  verdictOf(outcome, { kind: 'interaction', repeated: false, now: () => NOW })

describe('2xx', () => {
  test.each([200, 201, 202, 204, 299])('%i with a JSON string acks an event and keeps the id', (status) => {
    expect(event(answer(status, '"da71"'))).toEqual({
      type: 'ack',
      upstreamId: 'da71',
      unexpectedBody: false,
    })
  })

  test.each(['{}', '[1]', 'null', '17', 'true', `"${'x'.repeat(300)}"`])(
    'other JSON acks an event, counted: %s',
    (body) => {
      expect(event(answer(200, body))).toEqual({ type: 'ack', unexpectedBody: true })
    },
  )

  test.each(['', ' ', '<html>hello</html>', '"cut', '{"a":'])('no JSON never acks an event: %j', (body) => {
    expect(event(answer(200, body))).toEqual({ type: 'park', code: 'NOT_THE_API' })
  })

  test.each(['', '\n', '{}', '{"ok":true}'])('JSON or nothing acks an interaction: %j', (body) => {
    expect(interaction(answer(201, body))).toEqual({ type: 'ack', unexpectedBody: false })
  })

  test('a page instead of an answer never acks an interaction', () => {
    expect(interaction(answer(200, '<html>'))).toEqual({ type: 'park', code: 'NOT_THE_API' })
  })
})

describe('refusals', () => {
  test.each([301, 302, 303, 304, 307, 308])('%i parks as REDIRECTED', (status) => {
    expect(event(answer(status))).toEqual({ type: 'park', code: 'REDIRECTED' })
    expect(interaction(answer(status))).toEqual({ type: 'park', code: 'REDIRECTED' })
  })

  test.each([401, 403])('%i is a refusal of the credential', (status) => {
    expect(event(answer(status))).toEqual({ type: 'refused', status })
  })

  test.each([404, 410])('%i parks as NOT_FOUND', (status) => {
    expect(event(answer(status))).toEqual({ type: 'park', code: 'NOT_FOUND' })
  })

  test.each([400, 402, 405, 409, 413, 415, 418, 422, 451, 499])(
    '%i buries with the words of the upstream',
    (status) => {
      const body = JSON.stringify({ statusCode: status, message: ['a is\nwrong', 'b too'], error: 'Bad' })
      const buried = { type: 'bury', code: 'UPSTREAM_REJECTED', message: `${status} a is wrong; b too` }
      expect(event(answer(status, body))).toEqual(buried)
      expect(interaction(answer(status, body))).toEqual(buried)
    },
  )

  test('the words of the upstream are bounded, on one line and well-formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint, maxLength: 5000 }), (body) => {
        const verdict = event(answer(400, body))
        if (verdict.type !== 'bury') throw new Error(verdict.type)
        expect(verdict.message.length).toBeLessThanOrEqual(516)
        expect(verdict.message).not.toMatch(/[\n\r\0\u2028]/)
        expect(verdict.message.isWellFormed()).toBe(true)
      }),
    )
  })
})

describe('trouble', () => {
  test.each([425, 429, 503])('%i is repeated, whatever the kind', (status) => {
    expect(event(answer(status))).toEqual({ type: 'retry', why: String(status) })
    expect(interaction(answer(status))).toEqual({ type: 'retry', why: String(status) })
  })

  test.each([429, 503])('%i with Retry-After pauses the lane until then', (status) => {
    expect(event(answer(status, '', '7'))).toMatchObject({ type: 'retry', pauseMs: 7_000 })
    const date = new Date(NOW + 90_000).toUTCString()
    expect(interaction(answer(status, '', date))).toMatchObject({ type: 'retry', pauseMs: 90_000 })
    expect(event(answer(status, '', '0'))).toMatchObject({ pauseMs: 1_000 })
    expect(event(answer(status, '', '999999'))).toMatchObject({ pauseMs: 3_600_000 })
    expect(event(answer(status, '', 'soon'))).toEqual({ type: 'retry', why: String(status) })
  })

  test.each([408, 500, 501, 502, 504, 507, 599, 199, 600])(
    '%i repeats an event and leaves an interaction in doubt',
    (status) => {
      expect(event(answer(status))).toEqual({ type: 'retry', why: String(status) })
      expect(interaction(answer(status))).toEqual({ type: 'doubt', why: String(status) })
    },
  )

  test('what was never written is repeated, whatever the kind', () => {
    expect(event(failure(false))).toMatchObject({ type: 'retry' })
    expect(interaction(failure(false))).toMatchObject({ type: 'retry' })
  })

  test('cut after bytes were written: an event is repeated, an interaction in doubt', () => {
    expect(event(failure(true))).toMatchObject({ type: 'retry' })
    expect(interaction(failure(true))).toMatchObject({ type: 'doubt' })
  })

  test('a stale connection is left at once, once, and for events only', () => {
    expect(event(failure(true, true))).toEqual({ type: 'again' })
    expect(event(failure(true, true), true)).toMatchObject({ type: 'retry' })
    expect(interaction(failure(true, true))).toMatchObject({ type: 'doubt' })
  })
})

test('no outcome acks an item but a 2xx, and none of an interaction is repeated once it may have been carried out', () => {
  const outcomes = fc.oneof(
    fc.record({
      kind: fc.constant('answer' as const),
      status: fc.integer({ min: 100, max: 699 }),
      body: fc.oneof(fc.json(), fc.string()),
      latencyMs: fc.nat(),
    }),
    fc.record({
      kind: fc.constant('failure' as const),
      code: fc.string(),
      written: fc.boolean(),
      staleSocket: fc.boolean(),
      latencyMs: fc.nat(),
    }),
  )
  fc.assert(
    fc.property(outcomes, fc.constantFrom('event' as const, 'interaction' as const), (outcome, kind) => {
      const verdict = verdictOf(outcome, { kind, repeated: false, now: () => NOW })
      const success = outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300
      if (verdict.type === 'ack') expect(success).toBe(true)
      const unclear =
        outcome.kind === 'failure' ? outcome.written : outcome.status >= 500 && outcome.status !== 503
      if (kind === 'interaction' && unclear) expect(verdict.type).toBe('doubt')
    }),
  )
})
