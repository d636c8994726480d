import { createStaticToken, TokenError } from '@wmkt/api/client'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ApiError, type ApiErrorKind, kindOf } from '../../../packages/api/src/client/api-error.ts'
import { retryWaitMs } from '../../../packages/api/src/client/retry.ts'
import { retryAfterOf } from '../../../packages/api/src/client/retry-after.ts'
import { type Answer, inTurn, json } from '../local-server.ts'
import { clientOn, rejectionOf } from './client-on.ts'

const ME = json(200, { id: 'robot' })
const ID = '0d9c2c4e-5f0b-4c39-9f0e-7f3f4a1f6f10'
const cut: Answer = (_seen, res) => {
  res.destroy()
}

describe('a call that may be repeated', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('tries again after a %i', async (status) => {
    const { client, server } = await clientOn(inTurn(json(status, {}), ME))
    expect(await client.getMe()).toEqual({ id: 'robot' })
    expect(server.seen).toHaveLength(2)
  })

  test('tries again after a cut connection', async () => {
    const { client } = await clientOn(inTurn(cut, ME))
    expect(await client.getMe()).toEqual({ id: 'robot' })
  })

  test('tries again after an attempt that took too long', async () => {
    const { client, server } = await clientOn(
      inTurn(() => {}, ME),
      { attemptMs: 500 },
    )
    expect(await client.getMe()).toEqual({ id: 'robot' })
    expect(server.seen).toHaveLength(2)
  })

  test.each([400, 403, 404, 409, 422, 501])('takes a %i as the answer', async (status) => {
    const { client, server } = await clientOn(json(status, {}))
    expect(await rejectionOf(client.getMe())).toMatchObject({ status })
    expect(server.seen).toHaveLength(1)
  })

  test('gives up after its attempts, with the last error', async () => {
    const { client, server } = await clientOn(inTurn(json(500, {}), json(503, {})), { attempts: 3 })
    expect(await rejectionOf(client.getMe())).toMatchObject({ status: 503 })
    expect(server.seen).toHaveLength(3)
  })

  test('an event is repeated under its one nonce', async () => {
    const { client, server } = await clientOn(inTurn(cut, json(500, {}), json(200, ID)))
    expect(await client.createEvent({ eventType: 'x', nonce: 'n-1', data: {} })).toBe(ID)
    expect(server.seen.map(({ body }) => JSON.parse(body).nonce)).toEqual(['n-1', 'n-1', 'n-1'])
  })

  test('does not wait beyond its deadline for a Retry-After', async () => {
    const { client, server } = await clientOn(json(503, {}, { 'retry-after': '60' }))
    expect(await rejectionOf(client.getMe())).toMatchObject({ status: 503, retryAfterMs: 60_000 })
    expect(server.seen).toHaveLength(1)
  })

  test('waits as long as Retry-After says', async () => {
    const { client } = await clientOn(inTurn(json(429, {}, { 'retry-after': '1' }), ME))
    const began = performance.now()
    await client.getMe()
    expect(performance.now() - began).toBeGreaterThanOrEqual(990)
  })

  test('is called off while it waits', async () => {
    const { client, server } = await clientOn(json(429, {}, { 'retry-after': '20' }))
    const controller = new AbortController()
    const call = rejectionOf(client.getMe({}, { signal: controller.signal }))
    await expect.poll(() => server.seen.length).toBe(1)
    controller.abort()
    expect(await call).toMatchObject({ fault: 'aborted' })
  })
})

describe('a call that may not', () => {
  const interaction = { nodeData: { wmktId: 'w' } }

  test.each([408, 429, 500, 503])('takes a %i as the answer', async (status) => {
    const { client, server } = await clientOn(json(status, {}))
    expect(await rejectionOf(client.createOfflineInteraction(interaction))).toMatchObject({ status })
    expect(server.seen).toHaveLength(1)
  })

  test('is made once when the connection is cut', async () => {
    const { client, server } = await clientOn(cut)
    expect(await rejectionOf(client.createOfflineInteraction(interaction))).toMatchObject({
      fault: 'network',
    })
    expect(server.seen).toHaveLength(1)
  })

  test('tries again as long as there was no token, for nothing was sent', async () => {
    let asked = 0
    const token = async () => {
      asked += 1
      if (asked === 1) throw new TokenError('token endpoint out of reach', { retryable: true })
      return 'token'
    }
    const { client, server } = await clientOn(json(200, {}), { tokens: { ...createStaticToken('x'), token } })
    await client.createOfflineInteraction(interaction)
    expect(server.seen).toHaveLength(1)
  })

  test('a credential refused for good is told at once', async () => {
    const token = () => Promise.reject(new TokenError('invalid_grant', { retryable: false }))
    const { client } = await clientOn(ME, { tokens: { ...createStaticToken('x'), token } })
    expect(await rejectionOf(client.getMe())).toMatchObject({ name: 'TokenError', retryable: false })
  })
})

describe('retryWaitMs', () => {
  const policy = { attempts: 6, baseMs: 250, capMs: 5000 }
  const errorOf = (status: number, retryAfterMs?: number) =>
    new ApiError({ endpoint: 'getMe', kind: kindOf(status), status, messages: [], body: '', retryAfterMs })

  test('lies below the doubled bound and the cap, for any chance', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, chance) => {
          const waitMs = retryWaitMs(errorOf(503), { attempt, idempotent: true }, policy, () => chance) ?? -1
          expect(waitMs).toBeGreaterThanOrEqual(0)
          expect(waitMs).toBeLessThan(Math.min(5000, 250 * 2 ** (attempt - 1)))
        },
      ),
    )
  })

  test('is what the upstream asks for when it asks', () => {
    expect(retryWaitMs(errorOf(429, 1234), { attempt: 1, idempotent: true }, policy, () => 0)).toBe(1234)
  })

  test('gives up on a call that may not be repeated, whatever the status', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), (status) => {
        expect(
          retryWaitMs(errorOf(status), { attempt: 1, idempotent: false }, policy, () => 0),
        ).toBeUndefined()
      }),
    )
  })

  test('every status below 600 that is no success has a kind', () => {
    const kinds = new Set<ApiErrorKind>(Array.from({ length: 300 }, (_, index) => kindOf(300 + index)))
    expect(kinds).not.toContain('not-json')
    expect(kinds.size).toBe(9)
  })
})

describe('retryAfterOf', () => {
  test.each([
    ['7', 7000],
    [' 0 ', 0],
    ['86400', 3_600_000],
    [new Date(65_000).toUTCString(), 60_000],
    [new Date(0).toUTCString(), 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j as %j ms', (header, waitMs) => {
    expect(retryAfterOf(header, 5000)).toBe(waitMs)
  })
})
