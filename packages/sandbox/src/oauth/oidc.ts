import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Caller } from '../http/call.ts'
import type { Database } from '../storage/database.ts'
import type { AccessTokens } from './access-tokens.ts'
import { verifyAssertion } from './assertion.ts'
import { GrantError } from './grant-error.ts'
import { rotateRefreshToken } from './refresh.ts'
import type { SigningKey } from './signing-key.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

type Parts = {
  readonly db: Database
  readonly issuer: string
  readonly key: SigningKey
  readonly tokens: AccessTokens
  readonly now: () => number
}

type Form = Readonly<Record<string, string>>
type Grant = { readonly caller: Caller; readonly scope: string; readonly refreshToken?: string }

const formOf = (body: unknown): Form =>
  typeof body === 'string' ? Object.fromEntries(new URLSearchParams(body)) : {}

const needed = (form: Form, name: string): string => {
  const value = form[name]
  if (!value) throw new GrantError('invalid_request', `${name} is missing`)
  return value
}

const grantOf = async ({ db, issuer, now }: Parts, form: Form): Promise<Grant> => {
  switch (form.grant_type) {
    case JWT_BEARER:
      return {
        caller: await verifyAssertion({ db, audience: [`${issuer}/token`], now }, needed(form, 'assertion')),
        scope: form.scope ?? 'full_access',
      }
    case 'refresh_token': {
      const client = { clientId: needed(form, 'client_id'), clientSecret: needed(form, 'client_secret') }
      const rotated = await rotateRefreshToken(db, client, needed(form, 'refresh_token'), now())
      return { ...rotated, scope: form.scope ?? 'offline_access' }
    }
    default:
      throw new GrantError('unsupported_grant_type', 'grant_type must be jwt-bearer or refresh_token')
  }
}

const answerToken =
  (parts: Parts): RequestHandler =>
  async (req: Request, res: Response) => {
    const grant = await grantOf(parts, formOf(req.body))
    const { token, lifeS } = await parts.tokens.issue(grant.caller, grant.scope)
    res.set('Cache-Control', 'no-store').json({
      access_token: token,
      token_type: 'Bearer',
      expires_in: lifeS,
      scope: grant.scope,
      ...(grant.refreshToken === undefined ? {} : { refresh_token: grant.refreshToken }),
    })
  }

const discoveryOf = (issuer: string) => ({
  issuer,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  grant_types_supported: [JWT_BEARER, 'refresh_token'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['full_access', 'offline_access'],
  response_types_supported: [],
})

/** The OAuth server: token endpoint (form-encoded), keys and discovery. */
export const createOidc = (parts: Parts): Router =>
  Router()
    .post('/token', express.text({ type: () => true, limit: '64kb' }), answerToken(parts))
    .get('/jwks', (_req, res) => void res.json({ keys: [parts.key.publicJwk] }))
    .get('/.well-known/openid-configuration', (_req, res) => void res.json(discoveryOf(parts.issuer)))
