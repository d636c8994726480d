import { createPrivateKey, type KeyObject } from 'node:crypto'

/** The key file as downloaded from the app: these four members, whatever else it holds. */
export type ServiceAccountKey = {
  readonly clientId: string
  readonly serviceAccountEmail: string
  readonly privateKeyId: string
  /** PEM of an RSA private key. */
  readonly privateKey: string
}

/** A service account ready to sign with. */
export type ServiceAccount = {
  readonly clientId: string
  readonly serviceAccountEmail: string
  readonly privateKeyId: string
  readonly signingKey: KeyObject
}

export type ParsedServiceAccount = { readonly account: ServiceAccount } | { readonly reason: string }

const NAMES = ['clientId', 'serviceAccountEmail', 'privateKeyId', 'privateKey'] as const

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isKey = (value: Record<string, unknown>): value is Record<string, unknown> & ServiceAccountKey =>
  NAMES.every((name) => typeof value[name] === 'string' && value[name] !== '')

const missingFrom = (value: Record<string, unknown>): string => {
  const missing = NAMES.filter((name) => typeof value[name] !== 'string' || value[name] === '')
  return `expected ${missing.join(', ')} as ${missing.length > 1 ? 'texts' : 'a text'}, found ${Object.keys(value).join(', ') || 'no key'}`
}

const signingKeyOf = (pem: string): KeyObject | undefined => {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyType === 'rsa' ? key : undefined
  } catch {
    return undefined
  }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/**
 * Reads a service-account key: the JSON text of the key file, or the object in it.
 *
 * @returns the account, or one line that says what is missing; names only, never a value
 */
export const parseServiceAccountKey = (input: string | ServiceAccountKey): ParsedServiceAccount => {
  const value: unknown = typeof input === 'string' ? jsonOf(input) : input
  if (!isRecord(value)) return { reason: 'expected a JSON object' }
  if (!isKey(value)) return { reason: missingFrom(value) }
  const signingKey = signingKeyOf(value.privateKey)
  if (!signingKey) return { reason: 'expected privateKey to be the PEM of an RSA private key' }
  const { clientId, serviceAccountEmail, privateKeyId } = value
  return { account: { clientId, serviceAccountEmail, privateKeyId, signingKey } }
}
