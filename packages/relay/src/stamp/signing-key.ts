import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const KEY_BYTES = 32

/**
 * The secret that signs companion cookies, in `<dataDir>/cookie-key`; made when it is not there. Copy it between relays
 * that serve one site: a companion that another key has signed is left alone.
 *
 * @throws Error when the file cannot be read or written, or holds no key
 */
export const openSigningKey = (dataDir: string): Buffer => {
  const path = join(dataDir, 'cookie-key')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(path, randomBytes(KEY_BYTES).toString('hex'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
  if (key.length !== KEY_BYTES) throw new Error(`${path} holds no key of ${KEY_BYTES} bytes in hex`)
  return key
}
