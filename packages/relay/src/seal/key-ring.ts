import { statSync } from 'node:fs'
import type { Log } from '../telemetry/log.ts'
import { type KeyFile, readKeyFile, sealingKeyOf } from './key-file.ts'

export type Key = { readonly id: string; readonly bytes: Buffer; readonly sealsFrom?: string }

/** The keys of a file, which is read again when it has changed. */
export interface KeyRing {
  /** What seals. */
  current(): Key
  /** Undefined when the file has no such key. */
  find(id: string): Key | undefined
  ids(): readonly string[]
  /** Hides fingerprints; the same for good. */
  readonly mask: Buffer
}

export type KeyRingOptions = { path: string; now: () => number; log: Log }

/** Between two looks at the file. */
export const LOOK_MS = 1_000

/** @throws OptionError when the file cannot be read, or is no key file */
export const openKeyRing = ({ path, now, log }: KeyRingOptions): KeyRing => {
  let stamp = stampOf(path)
  const file = readKeyFile(path)
  let keys = keysIn(file)
  let lookedAt = now()

  /** A file that is broken, or gone for a moment, changes nothing: what was known stays known. */
  const readAgain = () => {
    try {
      keys = keysIn(readKeyFile(path))
      log.info({ keys: keys.map(({ id }) => id) }, 'the key file was read anew')
    } catch (error) {
      log.error({ err: error }, 'the key file cannot be read: its former keys are used on')
    }
  }
  const look = () => {
    if (now() - lookedAt < LOOK_MS) return
    lookedAt = now()
    const found = stampOf(path)
    if (found === stamp) return
    stamp = found
    readAgain()
  }
  return {
    mask: Buffer.from(file.mask, 'base64'),
    current() {
      look()
      const key = sealingKeyOf(keys, now())
      if (!key) throw new Error('a key file without a key')
      return key
    },
    find(id) {
      look()
      return keys.find((key) => key.id === id)
    },
    ids: () => keys.map(({ id }) => id),
  }
}

const keysIn = ({ keys }: KeyFile): readonly Key[] =>
  keys.map(({ key, ...line }) => ({ ...line, bytes: Buffer.from(key, 'base64') }))

/** A mounted secret is swapped by a link: another inode, another time. */
const stampOf = (path: string): string => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? `${found.ino} ${found.mtimeMs} ${found.size}` : 'none'
}
