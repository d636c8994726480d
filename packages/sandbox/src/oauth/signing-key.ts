import type { CryptoKey, JWK } from 'jose'
import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import { importJWK } from 'jose/key/import'
import { makeSecret } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { signingKeys } from '../storage/schema.ts'

export type SigningKey = {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly publicJwk: JWK
}

const makeKey = async (): Promise<{ kid: string; jwk: JWK }> => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { kid: makeSecret().slice(0, 16), jwk: await exportJWK(privateKey) }
}

const importKey = async (jwk: JWK): Promise<CryptoKey> => {
  const key = await importJWK(jwk, 'RS256')
  if (key instanceof Uint8Array)
    throw new TypeError('signing key: expected an RSA key, found a symmetric one')
  return key
}

/** The OAuth server's signing key: made at the first start, the same ever after, so that tokens outlive a restart. */
export const openSigningKey = async (db: Database): Promise<SigningKey> => {
  const [stored] = await db.select().from(signingKeys).limit(1)
  const { kid, jwk } = stored ?? (await makeKey())
  if (!stored) await db.insert(signingKeys).values({ kid, jwk })
  const { kty, n, e } = jwk
  const publicJwk = { ...(kty && { kty }), ...(n && { n }), ...(e && { e }), kid, alg: 'RS256', use: 'sig' }
  return { kid, privateKey: await importKey(jwk), publicKey: await importKey(publicJwk), publicJwk }
}
