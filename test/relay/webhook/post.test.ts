import { expect, test } from 'vitest'
import type { NotTaken } from '../../../packages/relay/src/webhook/post.ts'
import { createPost } from '../../../packages/relay/src/webhook/post.ts'
import { freePort } from '../../support/free-port.ts'
import { type Answer, startReceiver } from './receiver.ts'

const BODY = JSON.stringify({ data: { events: [] } })
const never = () => new AbortController().signal

test.each<[Answer, NotTaken | undefined]>([
  [{ status: 204 }, undefined],
  [{ status: 200 }, undefined],
  [
    { status: 301, headers: { location: '/' } },
    { why: 'HTTP 301', waitMs: 0 },
  ],
  [{ status: 400 }, { why: 'HTTP 400', waitMs: 0 }],
  [
    { status: 429, headers: { 'retry-after': '7' } },
    { why: 'HTTP 429', waitMs: 7_000 },
  ],
  [{ status: 503 }, { why: 'HTTP 503', waitMs: 0 }],
  ['cut', { why: 'UND_ERR_SOCKET', waitMs: 0 }],
  ['hang', { why: 'TimeoutError', waitMs: 0 }],
])('an answer of %j', async (answer, expected) => {
  const receiver = await startReceiver()
  receiver.answer = () => answer
  const deadlineMs = answer === 'hang' ? 50 : 10_000
  const post = createPost({ url: receiver.url, key: Buffer.alloc(32) }, Date.now, deadlineMs)
  expect(await post(BODY, never())).toEqual(expected)
})

test('nobody there, and a stop meanwhile', async () => {
  const key = Buffer.alloc(32)
  const nowhere = createPost({ url: `http://127.0.0.1:${await freePort()}/`, key }, Date.now)
  expect(await nowhere(BODY, never())).toEqual({ why: 'ECONNREFUSED', waitMs: 0 })
  const receiver = await startReceiver()
  receiver.answer = () => 'hang'
  const stop = new AbortController()
  const posted = createPost({ url: receiver.url, key }, Date.now)(BODY, stop.signal)
  await expect.poll(() => receiver.messages.length).toBe(1)
  stop.abort()
  expect(await posted).toEqual({ why: 'AbortError', waitMs: 0 })
})
