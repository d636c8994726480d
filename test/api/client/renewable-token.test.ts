import { TokenError } from '@wmkt/api/client'
import { describe, expect, test, vi } from 'vitest'
import { createRenewableToken } from '../../../packages/api/src/client/renewable-token.ts'
import { eventually } from '../../support/eventually.ts'

const LIFE_MS = 100_000

/** A token source whose exchanges are answered by hand, on a clock turned by hand. */
const start = async () => {
  const clock = { now: 0 }
  const exchange = vi.fn(async () => ({
    accessToken: `token-${exchange.mock.calls.length}`,
    expiresAt: clock.now + LIFE_MS,
  }))
  const renewable = createRenewableToken({ exchange, now: () => clock.now, random: () => 0.5 })
  await renewable.token()
  const refuse = () =>
    exchange.mockImplementation(() => Promise.reject(new TokenError('busy', { retryable: true })))
  return { clock, exchange, renewable, refuse }
}

describe('a renewable token', () => {
  test('rests after a failed renewal before the next call renews again', async () => {
    const { clock, exchange, renewable, refuse } = await start()
    refuse()
    clock.now = 60_000
    await renewable.token()
    await eventually(() => expect(renewable.health().state).toBe('failing'))
    clock.now += 4999
    await renewable.token()
    expect(exchange).toHaveBeenCalledTimes(2)
    clock.now += 1
    await renewable.token()
    expect(exchange).toHaveBeenCalledTimes(3)
  })

  test('does not rest when the token has expired: somebody waits', async () => {
    const { clock, exchange, renewable, refuse } = await start()
    refuse()
    clock.now = 99_999
    await renewable.token()
    await eventually(() => expect(renewable.health().state).toBe('failing'))
    clock.now += 1
    await expect(renewable.token()).rejects.toThrow('busy')
    expect(exchange).toHaveBeenCalledTimes(3)
  })

  test('a renewal under way is joined, not doubled, by a refusal', async () => {
    const { clock, exchange, renewable } = await start()
    clock.now = 50_000
    await renewable.token()
    expect(await renewable.renew('token-1')).toBe('token-2')
    expect(exchange).toHaveBeenCalledTimes(2)
  })

  test('is in hand until it expires, and renewed at half life whoever takes it', async () => {
    const { clock, exchange, renewable, refuse } = await start()
    clock.now = 49_999
    expect(renewable.inHand()).toBe('token-1')
    expect(exchange).toHaveBeenCalledTimes(1)
    refuse()
    clock.now = 50_000
    expect(renewable.inHand()).toBe('token-1')
    expect(exchange).toHaveBeenCalledTimes(2)
    clock.now = 100_000
    expect(renewable.inHand()).toBeUndefined()
  })

  test('is not in hand when stopped, nor before the first exchange with a new credential', async () => {
    const { renewable } = await start()
    renewable.forget()
    expect(renewable.inHand()).toBeUndefined()
    await renewable.token()
    renewable.stop()
    expect(renewable.inHand()).toBeUndefined()
  })

  test('forgets on a new credential, and the old failure with it', async () => {
    const { clock, renewable, refuse, exchange } = await start()
    refuse()
    await renewable.renew('token-1').catch(() => {})
    renewable.forget()
    expect(renewable.health()).toEqual({ state: 'idle' })
    exchange.mockResolvedValue({ accessToken: 'other', expiresAt: clock.now + LIFE_MS })
    expect(await renewable.token()).toBe('other')
  })

  test('an exchange that breaks in another way tells no details', async () => {
    const { renewable, exchange } = await start()
    exchange.mockRejectedValue(new Error('the private key is …'))
    await renewable.renew('token-1').catch(() => {})
    expect(renewable.health().problem).toBe('the exchange failed unexpectedly')
  })
})
