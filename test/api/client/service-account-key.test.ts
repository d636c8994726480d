import { generateKeyPairSync } from 'node:crypto'
import { parseServiceAccountKey } from '@wmkt/api/client'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeServiceAccount } from '../service-account.ts'

const { key } = makeServiceAccount()

describe('parseServiceAccountKey', () => {
  test('reads the file’s text and the object in it alike', () => {
    const { privateKey: _, ...names } = key
    expect(parseServiceAccountKey(JSON.stringify(key))).toMatchObject({ account: names })
    expect(parseServiceAccountKey(key)).toMatchObject({ account: names })
  })

  test('reads a PKCS#1 key too', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    expect(parseServiceAccountKey({ ...key, privateKey: pem })).toHaveProperty('account')
  })

  test.each(['clientId', 'serviceAccountEmail', 'privateKeyId', 'privateKey'] as const)(
    'names a missing %s',
    (name) => {
      const { [name]: _, ...rest } = key
      expect(parseServiceAccountKey(JSON.stringify(rest))).toEqual({
        reason: `expected ${name} as a text, found ${Object.keys(rest).join(', ')}`,
      })
    },
  )

  test('refuses a private key that is none, without showing it', () => {
    const parsed = parseServiceAccountKey({ ...key, privateKey: 'hunter2' })
    expect(parsed).toEqual({ reason: 'expected privateKey to be the PEM of an RSA private key' })
  })

  test('refuses a key of another kind', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    expect(parseServiceAccountKey({ ...key, privateKey: pem })).toHaveProperty('reason')
  })

  test('answers any text with a reason, never an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseServiceAccountKey(text)).toHaveProperty('reason')
      }),
    )
  })
})
