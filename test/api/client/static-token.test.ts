import { createStaticToken, TokenError } from '@wmkt/api/client'
import { describe, expect, test } from 'vitest'
import { makeJwt } from '../service-account.ts'

describe('a static token', () => {
  test('is handed out until its own exp', async () => {
    let now = 0
    const jwt = await makeJwt(10_000)
    const tokens = createStaticToken(jwt, { now: () => now })
    expect(await tokens.token()).toBe(jwt)
    expect(tokens.inHand?.()).toBe(jwt)
    expect(tokens.health()).toEqual({ kind: 'static', state: 'ok', expiresAt: 10_000 })
    now = 10_000
    expect(tokens.inHand?.()).toBeUndefined()
    await expect(tokens.token()).rejects.toMatchObject({ name: 'TokenError', retryable: false })
    expect(tokens.health()).toMatchObject({ state: 'failing', problem: 'the access token has expired' })
  })

  test('without exp never expires', async () => {
    const jwt = await makeJwt()
    expect(await createStaticToken(jwt, { now: () => Number.MAX_SAFE_INTEGER }).token()).toBe(jwt)
  })

  test('cannot be renewed', async () => {
    const tokens = createStaticToken('opaque')
    const error = await tokens.renew('opaque').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TokenError)
    expect(error).toMatchObject({ retryable: false })
    expect(tokens.health().state).toBe('failing')
  })

  test.each(['', 'two words', 'line\nbreak'])('refuses %j, which no header can carry', (text) => {
    expect(() => createStaticToken(text)).toThrow(TypeError)
  })
})
