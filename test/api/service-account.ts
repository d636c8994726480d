import { generateKeyPairSync } from 'node:crypto'
import type { ServiceAccountKey } from '@wmkt/api/client'
import { SignJWT } from 'jose'

/** A key file's content with the public half that proves its signatures. */
export const makeServiceAccount = (privateKeyId = 'kid-1') => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key: ServiceAccountKey = {
    clientId: 'workspace-client',
    serviceAccountEmail: 'robot@demo-shop.test',
    privateKeyId,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
  return { key, publicKey }
}

/** An access token that tells when it expires, or does not. */
export const makeJwt = async (expiresAtMs?: number): Promise<string> => {
  const jwt = new SignJWT({ sub: 'robot' }).setProtectedHeader({ alg: 'HS256' })
  if (expiresAtMs !== undefined) jwt.setExpirationTime(Math.floor(expiresAtMs / 1000))
  return jwt.sign(new TextEncoder().encode('a secret of the server, 32 bytes long'))
}
