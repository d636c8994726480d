import { expect, test } from 'vitest'
import { bodyOf, signedHeaders } from '../../../packages/relay/src/webhook/message.ts'

test('is signed as the libraries of Standard Webhooks check it: their own example', () => {
  const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')
  const headers = signedHeaders(
    key,
    '{"test": 2432232314}',
    1_614_265_330_999,
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
  )
  expect(headers).toMatchObject({
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('has the same id whenever it is sent, and another one for other deliveries', () => {
  const key = Buffer.alloc(32)
  const idOf = (body: string, at: number) => signedHeaders(key, body, at)['webhook-id']
  const body = bodyOf('demo-shop', [{ nonce: 'a', upstreamId: 'u', deliveredAt: 1 }])
  expect(idOf(body, 1)).toBe(idOf(body, 99_000))
  expect(idOf(body, 1)).not.toBe(idOf(bodyOf('demo-shop', [{ nonce: 'a', deliveredAt: 1 }]), 1))
})

test('bears the time of its last delivery', () => {
  const events = [5, 9, 7].map((second) => ({
    nonce: `n${second}`,
    deliveredAt: Date.UTC(2026, 0, 1, 0, 0, second),
  }))
  expect(JSON.parse(bodyOf('demo-shop', events))).toEqual({
    type: 'events.delivered',
    timestamp: '2026-01-01T00:00:09.000Z',
    data: { projectId: 'demo-shop', events },
  })
})
