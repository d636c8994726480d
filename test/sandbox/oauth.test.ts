import { stat } from 'node:fs/promises'
import { createLocalJWKSet, decodeJwt, exportPKCS8, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { fetchToken, JWT_BEARER, makeAssertion, postToken, readKeyFile, useBox } from '../support/sandbox.ts'

const box = useBox()

const exchange = async (change: Parameters<typeof makeAssertion>[1]) =>
  postToken(box.sandbox, { grant_type: JWT_BEARER, assertion: await makeAssertion(box.sandbox, change) })

const me = (authorization?: string) =>
  fetch(`${box.sandbox.api}/agents/me`, authorization === undefined ? {} : { headers: { authorization } })

describe('the key file', () => {
  test('holds the four keys the official SDK demands, for its owner only', async () => {
    const key = await readKeyFile(box.sandbox.credentials)
    expect(Object.keys(key).sort()).toEqual(['clientId', 'privateKey', 'privateKeyId', 'serviceAccountEmail'])
    expect((await stat(box.sandbox.credentials)).mode & 0o777).toBe(0o600)
  })
})

describe('an assertion', () => {
  test('buys a three-part token that says when it ends, with all keys the SDK reads', async () => {
    const { status, body } = await exchange({})
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'full_access' })
    expect(body.access_token.split('.')).toHaveLength(3)
    expect(decodeJwt(body.access_token).exp).toBeGreaterThan(Date.now() / 1000)
  })

  test.each([
    ['an unknown key', { kid: 'nobody' }],
    ['another audience', { aud: 'https://oauth.webmarketer.io/oidc/token' }],
    ['another client', { iss: 'someone-else' }],
    ['another account', { sub: 'someone@else.test' }],
    ['an end in the past', { exp: 1_000_000 }],
  ])('with %s is refused as an invalid grant', async (_, change) => {
    const { status, body } = await exchange(change)
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_grant')
  })

  test('signed with a key that is not the account’s is refused', async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    const { body } = await exchange({ pem: await exportPKCS8(privateKey) })
    expect(body.error).toBe('invalid_grant')
  })

  test.each(['', 'x', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.'])(
    'that is not one (%j) is refused in the shape of OAuth',
    async (assertion) => {
      const { status, body } = await postToken(box.sandbox, { grant_type: JWT_BEARER, assertion })
      expect(status).toBe(400)
      expect(body).toEqual({
        error: expect.stringMatching(/^invalid_/),
        error_description: expect.any(String),
      })
    },
  )

  test('of another grant type is told apart', async () => {
    const { body } = await postToken(box.sandbox, { grant_type: 'password' })
    expect(body.error).toBe('unsupported_grant_type')
  })
})

describe('a refresh token', () => {
  const refresh = (client: { clientId: string; clientSecret: string }, token: string) =>
    postToken(box.sandbox, {
      ...{ client_id: client.clientId, client_secret: client.clientSecret },
      ...{ grant_type: 'refresh_token', refresh_token: token, scope: 'offline_access' },
    })

  test('gives way to its successor, and the access token works', async () => {
    const personal = await box.sandbox.personalCredentials()
    const first = await refresh(personal, personal.refreshToken)
    expect(first.body.refresh_token).not.toBe(personal.refreshToken)
    expect((await me(`Bearer ${first.body.access_token}`)).status).toBe(200)
    expect((await refresh(personal, first.body.refresh_token)).status).toBe(200)
  })

  test('used twice ends its whole family', async () => {
    const personal = await box.sandbox.personalCredentials()
    const first = await refresh(personal, personal.refreshToken)
    expect((await refresh(personal, personal.refreshToken)).body.error).toBe('invalid_grant')
    expect((await refresh(personal, first.body.refresh_token)).body.error).toBe('invalid_grant')
  })

  test('of a client that cannot prove itself is refused with 401', async () => {
    const personal = await box.sandbox.personalCredentials()
    const { status, body } = await refresh({ ...personal, clientSecret: 'guess' }, personal.refreshToken)
    expect([status, body.error]).toEqual([401, 'invalid_client'])
  })
})

describe('an access token', () => {
  test('can be verified by anyone with the published keys', async () => {
    const discovery = await (await fetch(`${box.sandbox.oauth}/.well-known/openid-configuration`)).json()
    const keys = createLocalJWKSet(await (await fetch(discovery.jwks_uri)).json())
    const { payload } = await jwtVerify(await fetchToken(box.sandbox), keys, { issuer: discovery.issuer })
    expect(payload.sub).toEqual(expect.any(String))
  })

  test('publishes no private part of its key', async () => {
    const { keys } = await (await fetch(`${box.sandbox.oauth}/jwks`)).json()
    expect(Object.keys(keys[0]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })

  test('that is missing, forged or of no use gets 401 in the documented shape', async () => {
    const token = await fetchToken(box.sandbox)
    const forged = `${token.slice(0, -4)}AAAA`
    for (const authorization of [undefined, '', 'Basic abc', 'Bearer', 'Bearer x', `Bearer ${forged}`]) {
      const response = await me(authorization)
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual({ statusCode: 401, message: 'Unauthorized' })
    }
  })

  test('lives as long as the setting says', async () => {
    // Whole seconds are what a token knows: of three, two are sure.
    box.sandbox.set({ tokenLifeS: 3 })
    const token = await fetchToken(box.sandbox)
    box.sandbox.set({ tokenLifeS: 3600 })
    expect((await me(`Bearer ${token}`)).status).toBe(200)
    await expect.poll(async () => (await me(`Bearer ${token}`)).status).toBe(401)
  })
})
