import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fchownSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { OptionError } from '../option.ts'
import { withoutPersonal } from '../telemetry/personal.ts'

/** One key, as the file has it. */
export type KeyLine = {
  /** 8 hexadecimal digits; stands in the head of all it has sealed. */
  readonly id: string
  /** base64, 32 bytes */
  readonly key: string
  /** RFC 3339 */
  readonly madeAt: string
  /** RFC 3339: it opens at once, and seals from then on; other relays get it meanwhile. */
  readonly sealsFrom?: string
}

/** `mask` hides the fingerprints and stays for good; of the keys the last one whose time has come seals, all of them open. */
export type KeyFile = { readonly form: 1; readonly mask: string; readonly keys: readonly KeyLine[] }

export const KEY_BYTES = 32
const ID_BYTES = 4

const dateOf = (at: number): string => new Date(at).toISOString()
const secret = (): string => randomBytes(KEY_BYTES).toString('base64')

/** The key that seals. */
export const sealingKeyOf = <Line extends Pick<KeyLine, 'sealsFrom'>>(
  keys: readonly Line[],
  now: number,
): Line | undefined =>
  keys.findLast(({ sealsFrom }) => sealsFrom === undefined || Date.parse(sealsFrom) <= now) ?? keys[0]

/** The file with one key more, which seals from now on, or after a while. */
export const withNewKey = (file: KeyFile, now: number, afterMs = 0): KeyFile => {
  const id = randomBytes(ID_BYTES).toString('hex')
  // One that looks like a telephone number would be blotted out of the messages that name it.
  const isOfUse = withoutPersonal(id) === id && file.keys.every((one) => one.id !== id)
  if (!isOfUse) return withNewKey(file, now, afterMs)
  const times = {
    madeAt: dateOf(now),
    ...(afterMs > 0 && { sealsFrom: dateOf(now + afterMs) }),
  }
  return { ...file, keys: [...file.keys, { id, key: secret(), ...times }] }
}

/** The file without a key: nobody can read any more what it has sealed, wherever a copy of that lies. */
export const withoutKey = (file: KeyFile, id: string): KeyFile => ({
  ...file,
  keys: file.keys.filter((one) => one.id !== id),
})

/** @throws OptionError when the file cannot be read, or is no key file */
export const readKeyFile = (path: string): KeyFile => {
  const file = parsed(textOf(path))
  if (!isKeyFile(file)) throw wrong(`${path}, which holds something else`)
  return file
}

/** Made with its first key when it is not there. True when it was made. */
export const ensureKeyFile = (path: string, now: number): boolean => {
  if (existsSync(path)) return false
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const beside = `${path}.${process.pid}`
  writeSynced(beside, textFor(withNewKey({ form: 1, mask: secret(), keys: [] }, now)))
  try {
    return linkedTo(path, beside)
  } finally {
    rmSync(beside, { force: true })
  }
}

/** Whole from the first moment, for a start cut off in the middle is repeated. False when another process was faster. */
const linkedTo = (path: string, beside: string): boolean => {
  try {
    linkSync(beside, path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
  syncFolder(path)
  return true
}

/**
 * Whole, or as it was; on disk before anything is sealed with what is new in it. It stays its owner's: whoever changes it
 * is often root, and the relay is not.
 */
export const writeKeyFile = (path: string, file: KeyFile): void => {
  writeSynced(`${path}.new`, textFor(file), statSync(path, { throwIfNoEntry: false }))
  renameSync(`${path}.new`, path)
  syncFolder(path)
}

const textFor = (file: KeyFile): string => `${JSON.stringify(file, null, 2)}\n`

const writeSynced = (path: string, text: string, owner?: { uid: number; gid: number }): void => {
  const fd = openSync(path, 'w', 0o600)
  try {
    if (owner && owner.uid !== process.getuid?.()) fchownSync(fd, owner.uid, owner.gid)
    writeFileSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

const syncFolder = (path: string): void => {
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

const wrong = (received: string): OptionError => new OptionError('keyFile', 'a key file', received)

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw wrong(`${path} (${code})`)
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isSecret = (value: unknown): value is string =>
  typeof value === 'string' && Buffer.from(value, 'base64').length === KEY_BYTES

const isLine = (value: unknown): value is KeyLine =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  /^[0-9a-f]{8}$/.test(String(value.id)) &&
  'key' in value &&
  isSecret(value.key) &&
  !('sealsFrom' in value && Number.isNaN(Date.parse(String(value.sealsFrom))))

const isKeyFile = (value: unknown): value is KeyFile =>
  typeof value === 'object' &&
  value !== null &&
  'form' in value &&
  value.form === 1 &&
  'mask' in value &&
  isSecret(value.mask) &&
  'keys' in value &&
  Array.isArray(value.keys) &&
  value.keys.length > 0 &&
  value.keys.every(isLine)
