import { mkdtempSync, writeFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServiceAccountTokens, type ServiceAccountTokensOptions, TokenError } from '@wmkt/api/client'
import { jwtVerify } from 'jose'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Answer, inTurn, json, type Seen, startServer } from '../local-server.ts'
import { makeServiceAccount } from '../service-account.ts'

const granting = (): Answer => {
  let count = 0
  return (seen, res) => {
    count += 1
    json(200, {
      access_token: `token-${count}`,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'full_access',
    })(seen, res)
  }
}

const account = makeServiceAccount()

const open = async (answer: Answer, options: Partial<ServiceAccountTokensOptions> = {}) => {
  const server = await startServer(answer)
  const tokens = createServiceAccountTokens({
    keyFile: account.key,
    oauthUrl: `${server.url}/oidc`,
    random: () => 0,
    ...options,
  })
  onTestFinished(() => tokens.stop())
  return { server, tokens }
}

const keyFileOf = (content: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'wmkt-key-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'service-account.json')
  writeFileSync(path, content)
  return path
}

const formOf = (seen: Seen | undefined) => new URLSearchParams(seen?.body)
const failing = async (tokens: { token(): Promise<string> }): Promise<TokenError> => {
  const error = await tokens.token().catch((reason: unknown) => reason)
  if (!(error instanceof TokenError)) throw new Error('expected a TokenError')
  return error
}

describe('the exchange', () => {
  test('posts a form whose RS256 assertion the public key verifies', async () => {
    const now = Date.now()
    const { server, tokens } = await open(granting(), { now: () => now })
    expect(await tokens.token()).toBe('token-1')

    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/oidc/token' })
    expect(server.seen[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    const form = formOf(server.seen[0])
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    expect(form.get('client_id')).toBe(account.key.clientId)
    const { payload, protectedHeader } = await jwtVerify(form.get('assertion') ?? '', account.publicKey, {
      issuer: account.key.clientId,
      subject: account.key.serviceAccountEmail,
      audience: `${server.url}/oidc/token`,
      algorithms: ['RS256'],
    })
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'JWT', kid: 'kid-1' })
    expect(payload.scope).toBe('full_access')
    expect(payload.exp).toBe(Math.floor(now / 1000) + 300)
  })

  test('a trailing slash of the OAuth URL does not change the audience', async () => {
    const server = await startServer(granting())
    const tokens = createServiceAccountTokens({ keyFile: account.key, oauthUrl: `${server.url}/oidc/` })
    await tokens.token()
    expect(server.seen[0]?.path).toBe('/oidc/token')
  })

  test('nothing is sent before somebody asks', async () => {
    const { server, tokens } = await open(granting())
    expect(tokens.health()).toEqual({ kind: 'service-account', state: 'idle' })
    expect(server.seen).toHaveLength(0)
  })

  test('one exchange serves however many wait', async () => {
    const { server, tokens } = await open(granting())
    const got = await Promise.all(Array.from({ length: 50 }, () => tokens.token()))
    expect(new Set(got)).toEqual(new Set(['token-1']))
    expect(server.seen).toHaveLength(1)
  })

  test('a redirect is not followed and not retryable', async () => {
    const elsewhere = await startServer(granting())
    const { tokens } = await open((_seen, res) => res.writeHead(307, { location: elsewhere.url }).end())
    expect(await failing(tokens)).toMatchObject({ retryable: false, message: expect.stringContaining('307') })
    expect(elsewhere.seen).toHaveLength(0)
  })

  test('plain http beyond loopback is refused at construction', () => {
    expect(() =>
      createServiceAccountTokens({ keyFile: account.key, oauthUrl: 'http://oauth.test/oidc' }),
    ).toThrow(/oauthUrl: expected https/)
  })
})

describe('the token in hand', () => {
  test('serves until half its life is over, then is renewed behind the call that notices', async () => {
    let now = 1_000_000
    const { server, tokens } = await open(granting(), { now: () => now })
    await tokens.token()
    now += 1_799_000
    expect(await tokens.token()).toBe('token-1')
    expect(server.seen).toHaveLength(1)
    now += 2000
    expect(await tokens.token()).toBe('token-1')
    await expect.poll(() => tokens.token()).toBe('token-2')
    expect(server.seen).toHaveLength(2)
  })

  test('keeps serving while renewals fail, until it expires', async () => {
    let now = 0
    const busy = json(503, {})
    const { tokens } = await open(inTurn(granting(), busy), { now: () => now })
    await tokens.token()
    now = 3_000_000
    expect(await tokens.token()).toBe('token-1')
    await expect.poll(() => tokens.health().state).toBe('failing')
    expect(tokens.health().expiresAt).toBe(3_600_000)
    expect(await tokens.token()).toBe('token-1')
    now = 3_600_000
    expect(await failing(tokens)).toMatchObject({ retryable: true })
  })

  test('is renewed once however many were refused with it', async () => {
    const { server, tokens } = await open(granting())
    const refused = await tokens.token()
    const got = await Promise.all(Array.from({ length: 20 }, () => tokens.renew(refused)))
    expect(new Set(got)).toEqual(new Set(['token-2']))
    expect(server.seen).toHaveLength(2)
  })

  test('stays when the refused one was already another', async () => {
    const { server, tokens } = await open(granting())
    await tokens.renew(await tokens.token())
    expect(await tokens.renew('token-1')).toBe('token-2')
    expect(server.seen).toHaveLength(2)
  })

  test('without expires_in its own exp counts', async () => {
    const { makeJwt } = await import('../service-account.ts')
    const jwt = await makeJwt(5_000_000)
    const { tokens } = await open(json(200, { access_token: jwt }), { now: () => 0 })
    await tokens.token()
    expect(tokens.health()).toEqual({ kind: 'service-account', state: 'ok', expiresAt: 5_000_000 })
  })
})

describe('errors', () => {
  const refusals: [string, Answer, boolean, RegExp][] = [
    [
      'a refused assertion',
      json(400, { error: 'invalid_grant', error_description: 'key revoked' }),
      false,
      /400: invalid_grant: key revoked/,
    ],
    ['an unknown client', json(401, { error: 'invalid_client' }), false, /401: invalid_client/],
    ['a busy endpoint', json(429, { error: 'slow_down' }), true, /429/],
    ['a broken endpoint', json(500, 'oops'), true, /500/],
    [
      'a passing OAuth error',
      json(400, { error: 'temporarily_unavailable' }),
      true,
      /temporarily_unavailable/,
    ],
    [
      'an HTML page with 200',
      (_s, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<p>login'),
      true,
      /without an access token/,
    ],
    ['a cut connection', (_s, res) => res.destroy(), true, /out of reach/],
  ]

  test.each(refusals)('%s is told, and whether to try again', async (_title, answer, retryable, message) => {
    const { tokens } = await open(answer)
    const error = await failing(tokens)
    expect(error.message).toMatch(message)
    expect(error.retryable).toBe(retryable)
    expect(tokens.health()).toMatchObject({ state: 'failing', problem: error.message })
  })

  test('an exchange ends at its deadline', async () => {
    const { tokens } = await open(() => {}, { deadlineMs: 50 })
    expect(await failing(tokens)).toMatchObject({
      retryable: true,
      message: expect.stringContaining('50 ms'),
    })
  })

  test('an assertion echoed by the server does not reach the message', async () => {
    const { tokens } = await open((seen, res) => {
      const assertion = formOf(seen).get('assertion')
      json(400, { error: 'invalid_grant', error_description: `bad: ${assertion}` })(seen, res)
    })
    const { message } = await failing(tokens)
    expect(message).toContain('bad: [')
    expect(message).not.toContain('eyJ')
  })

  test('a clock that is off is named', async () => {
    const answer = json(400, { error: 'invalid_grant' }, { date: new Date(0).toUTCString() })
    const { tokens } = await open(answer, { now: () => 600_000 })
    expect((await failing(tokens)).message).toContain('600 s ahead of')
  })

  test('a failed exchange is not remembered: the next call asks again', async () => {
    const { tokens } = await open(inTurn(json(503, {}), granting()))
    await failing(tokens)
    expect(await tokens.token()).toBe('token-1')
    expect(tokens.health().state).toBe('ok')
  })

  test('after stop, no token is handed out', async () => {
    const { tokens } = await open(granting())
    await tokens.token()
    tokens.stop()
    expect(await failing(tokens)).toMatchObject({ message: 'the token source is stopped' })
  })
})

describe('the key file', () => {
  const other = makeServiceAccount('kid-2')
  const kidsOf = (seen: readonly Seen[]) =>
    seen.map((request) => {
      const header = (formOf(request).get('assertion') ?? '').split('.')[0] ?? ''
      return JSON.parse(Buffer.from(header, 'base64url').toString()).kid
    })

  test('is read at construction, and must be there', () => {
    expect(() =>
      createServiceAccountTokens({ keyFile: '/no/such.json', oauthUrl: 'https://o.test' }),
    ).toThrow(new TypeError('key file /no/such.json: cannot be read (ENOENT)'))
  })

  test('replaced by another, takes effect and tells the listeners', async () => {
    const path = keyFileOf(JSON.stringify(account.key))
    const { server, tokens } = await open(granting(), { keyFile: path, pollMs: 20 })
    await tokens.token()
    const onChange = vi.fn()
    const unsubscribe = tokens.onChange(onChange)
    await writeFile(`${path}.new`, JSON.stringify(other.key))
    await rename(`${path}.new`, path)
    await expect.poll(() => onChange.mock.calls.length).toBe(1)
    expect(await tokens.token()).toBe('token-2')
    expect(kidsOf(server.seen)).toEqual(['kid-1', 'kid-2'])
    unsubscribe()
    await writeFile(path, JSON.stringify(account.key))
    await expect.poll(() => tokens.token()).toBe('token-3')
    expect(onChange).toHaveBeenCalledTimes(1)
  })

  test('caught half-written, leaves the old key in force until the new one parses', async () => {
    const path = keyFileOf(JSON.stringify(account.key))
    const { server, tokens } = await open(granting(), { keyFile: path, pollMs: 20 })
    const onChange = vi.fn()
    tokens.onChange(onChange)
    await writeFile(path, JSON.stringify(other.key).slice(0, 200))
    await expect.poll(() => tokens.health().problem).toMatch(/expected a JSON object/)
    await tokens.token()
    expect(kidsOf(server.seen)).toEqual(['kid-1'])
    expect(onChange).not.toHaveBeenCalled()
    await writeFile(path, JSON.stringify(other.key))
    await expect.poll(() => onChange.mock.calls.length).toBe(1)
    await tokens.token()
    expect(kidsOf(server.seen)).toEqual(['kid-1', 'kid-2'])
    expect(tokens.health().problem).toBeUndefined()
  })

  test('gone, leaves the old key in force and says so', async () => {
    const path = keyFileOf(JSON.stringify(account.key))
    const { tokens } = await open(granting(), { keyFile: path, pollMs: 20 })
    await rm(path)
    await expect.poll(() => tokens.health().problem).toMatch(/cannot be read \(ENOENT\)/)
    expect(await tokens.token()).toBe('token-1')
  })

  test('touched without other content, changes nothing', async () => {
    const path = keyFileOf(JSON.stringify(account.key))
    const { server, tokens } = await open(granting(), { keyFile: path, pollMs: 20 })
    const onChange = vi.fn()
    tokens.onChange(onChange)
    await tokens.token()
    await writeFile(path, 'torn')
    await expect.poll(() => tokens.health().problem).toBeDefined()
    await writeFile(path, JSON.stringify(account.key))
    await expect.poll(() => tokens.health().problem).toBeUndefined()
    expect(await tokens.token()).toBe('token-1')
    expect(onChange).not.toHaveBeenCalled()
    expect(server.seen).toHaveLength(1)
  })

  test('replaced during an exchange, serves the waiters with the new key', async () => {
    const path = keyFileOf(JSON.stringify(account.key))
    let release = () => {}
    const slow: Answer = (seen, res) => {
      release = () => json(400, { error: 'invalid_grant' })(seen, res)
    }
    const { server, tokens } = await open(inTurn(slow, granting()), { keyFile: path, pollMs: 20 })
    const onChange = vi.fn()
    tokens.onChange(onChange)
    const waiting = tokens.token()
    await expect.poll(() => server.seen.length).toBe(1)
    await writeFile(path, JSON.stringify(other.key))
    await expect.poll(() => onChange.mock.calls.length).toBe(1)
    release()
    expect(await waiting).toBe('token-1')
    expect(kidsOf(server.seen)).toEqual(['kid-1', 'kid-2'])
  })
})
