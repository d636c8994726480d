import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSessions, SESSION_MS } from '../../../packages/relay/src/dashboard/session.ts'

const NOW = 1_764_000_000_000
const sessions = createSessions('t'.repeat(20))
const cookie = `a=1; wmkt_admin=${sessions.make(NOW)}; b=2`

test('a session is known until it ends', () => {
  expect(sessions.isIn(cookie, NOW + SESSION_MS - 1)).toBe(true)
  expect(sessions.isIn(cookie, NOW + SESSION_MS)).toBe(false)
})

test('another token knows nothing of it', () => {
  expect(createSessions('u'.repeat(20)).isIn(cookie, NOW)).toBe(false)
})

test('no other cookie is a session', () => {
  for (const none of [undefined, '', 'wmkt_admin=', 'wmkt_admin=.', `xwmkt_admin=${sessions.make(NOW)}`])
    expect(sessions.isIn(none, NOW)).toBe(false)
  const [until, signature] = sessions.make(NOW).split('.')
  expect(sessions.isIn(`wmkt_admin=${Number(until) + 1}.${signature}`, NOW)).toBe(false)
  fc.assert(fc.property(fc.string(), (text) => !sessions.isIn(`wmkt_admin=${text}`, NOW)))
})
