import { createRefreshTokens, type RefreshTokensOptions } from '@wmkt/api/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Answer, json, startServer } from '../local-server.ts'

/** Rotates: refuses a refresh token that was spent. */
const rotating = (): Answer => {
  let valid = 'refresh-0'
  let count = 0
  return (seen, res) => {
    if (new URLSearchParams(seen.body).get('refresh_token') !== valid) {
      return json(400, { error: 'invalid_grant', error_description: `spent: ${valid}` })(seen, res)
    }
    count += 1
    valid = `refresh-${count}`
    return json(200, { access_token: `access-${count}`, expires_in: 60, refresh_token: valid })(seen, res)
  }
}

const open = async (options: Partial<RefreshTokensOptions> = {}, answer: Answer = rotating()) => {
  const server = await startServer(answer)
  const tokens = createRefreshTokens({
    clientId: 'app',
    clientSecret: 's3cret&more',
    refreshToken: 'refresh-0',
    oauthUrl: server.url,
    onRotate: () => {},
    random: () => 0,
    ...options,
  })
  onTestFinished(() => tokens.stop())
  return { server, tokens }
}

describe('refresh tokens', () => {
  test('are traded by the form of the official SDK', async () => {
    const { server, tokens } = await open()
    expect(await tokens.token()).toBe('access-1')
    expect(Object.fromEntries(new URLSearchParams(server.seen[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'app',
      client_secret: 's3cret&more',
      refresh_token: 'refresh-0',
      scope: 'offline_access',
    })
  })

  test('rotate: the new one is stored before the access token is handed out, and used next', async () => {
    const order: string[] = []
    const { tokens } = await open({
      onRotate: async (refreshToken) => {
        await new Promise((resolve) => setImmediate(resolve))
        order.push(`stored ${refreshToken}`)
      },
    })
    const access = await tokens.token()
    order.push(`handed out ${access}`)
    order.push(`handed out ${await tokens.renew(access)}`)
    expect(order).toEqual([
      'stored refresh-1',
      'handed out access-1',
      'stored refresh-2',
      'handed out access-2',
    ])
  })

  test('a rotation that could not be stored is stored by the next call, before anything is spent', async () => {
    const stored: string[] = []
    let full = true
    const { server, tokens } = await open({
      onRotate: (refreshToken) => {
        if (full) throw new Error('disk full')
        stored.push(refreshToken)
      },
    })
    await expect(tokens.token()).rejects.toMatchObject({ name: 'TokenError', retryable: true })
    await expect(tokens.token()).rejects.toMatchObject({ retryable: true })
    expect(server.seen).toHaveLength(1)
    full = false
    expect(await tokens.token()).toBe('access-2')
    expect(stored).toEqual(['refresh-1', 'refresh-2'])
  })

  test('a spent one is refused for good, and no secret is told', async () => {
    const answer = json(400, {
      error: 'invalid_grant',
      error_description: 'refresh-9 of s3cret&more is spent',
    })
    const { tokens } = await open({ refreshToken: 'refresh-9' }, answer)
    const error = await tokens.token().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ retryable: false })
    expect(String(error)).toContain('[secret] of [secret] is spent')
  })

  test('an option left empty is named', async () => {
    await expect(open({ clientSecret: '' })).rejects.toThrow('clientSecret: expected a text')
  })
})
