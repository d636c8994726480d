import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSessions, SESSION_MS } from '../../../packages/relay/src/dashboard/session.ts'

const NOW = 1_764_000_000_000
const sessions = createSessions('t'.repeat(20), 'demo-shop')
const cookie = `a=1; wmkt_admin_demo-shop=${sessions.make(NOW)}; b=2`

test('a session is known until it ends', () => {
  expect(sessions.isIn(cookie, NOW + SESSION_MS - 1)).toBe(true)
  expect(sessions.isIn(cookie, NOW + SESSION_MS)).toBe(false)
})

test('another token knows nothing of it', () => {
  expect(createSessions('u'.repeat(20), 'demo-shop').isIn(cookie, NOW)).toBe(false)
})

test('no other cookie is a session', () => {
  for (const none of [
    undefined,
    '',
    'wmkt_admin_demo-shop=',
    'wmkt_admin_demo-shop=.',
    `xwmkt_admin_demo-shop=${sessions.make(NOW)}`,
  ])
    expect(sessions.isIn(none, NOW)).toBe(false)
  const [until, signature] = sessions.make(NOW).split('.')
  expect(sessions.isIn(`wmkt_admin_demo-shop=${Number(until) + 1}.${signature}`, NOW)).toBe(false)
  fc.assert(fc.property(fc.string(), (text) => !sessions.isIn(`wmkt_admin_demo-shop=${text}`, NOW)))
})

test('relays on one host do not share a session, even with one token', () => {
  const other = createSessions('t'.repeat(20), 'other-shop')
  expect(other.cookie).not.toBe(sessions.cookie)
  expect(other.isIn(`${other.cookie}=${sessions.make(NOW)}`, NOW)).toBe(false)
})
