import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { createSlab } from '../slab.ts'
import type { Key, KeyRing } from './key-ring.ts'

/** What is kept is sealed by it, and opened. Bytes and texts that are not sealed are as they were: older ones stay readable. */
export interface Seal {
  /** @param roomFor gives the room that what is sealed is written into; not asked where nothing is sealed */
  seal(bytes: Uint8Array, roomFor?: (bytes: number) => Buffer): Uint8Array
  /** @throws KeyMissing; Error when the bytes were changed */
  open(bytes: Uint8Array): Uint8Array
  /** Whether `open` would find its key, to be asked as often as one likes. */
  openerOf(bytes: Uint8Array): () => boolean
  sealText(text: string): string
  /** Says so where the key is missing: a text is for a person. */
  openText(text: string): string
}

/** The key file has no such key: it was shredded, or is not the one that this was sealed with. */
export class KeyMissing extends Error {
  override readonly name = 'KeyMissing'
  readonly keyId: string
  constructor(keyId: string) {
    super(`sealed with key ${keyId}, which the key file does not have`)
    this.keyId = keyId
  }
}

// form (1) | id of the key (4) | salt (16) | number (6) | AES-256-GCM of the bytes | tag (16)
export const SEALED = 2
const KEY_AT = 1
const SALT_AT = 5
const NUMBER_AT = 21
const HEAD_BYTES = 27
const TAG_BYTES = 16
const SALT_BYTES = NUMBER_AT - SALT_AT
const IV_BYTES = 12
const NUMBER_BYTES = HEAD_BYTES - NUMBER_AT
const CIPHER = 'aes-256-gcm'
/** Salts whose keys are at hand: one a process that sealed what is held. */
const MAX_KNOWN = 1_024
const TEXT = 'sealed:'

/** Nothing is sealed, and what is sealed cannot be opened. */
export const noSeal: Seal = {
  seal: (bytes) => bytes,
  open(bytes) {
    if (isSealed(bytes)) throw new KeyMissing(keyIdOf(bytes))
    return bytes
  },
  openerOf: (bytes) => () => !isSealed(bytes),
  sealText: (text) => text,
  openText: (text) => (text.startsWith(TEXT) ? openedText(noSeal, text) : text),
}

/** @param onMissing told each time */
export const createSeal = (ring: KeyRing, onMissing: (keyId: string) => void = () => {}): Seal => {
  const sealOnce = createSealing(ring)
  const openOnce = createOpening(ring, onMissing)
  const self: Seal = {
    seal: sealOnce,
    open: (bytes) => (isSealed(bytes) ? openOnce(bytes) : bytes),
    openerOf(bytes) {
      if (!isSealed(bytes)) return always
      const id = keyIdOf(bytes)
      return () => ring.find(id) !== undefined
    },
    sealText: (text) => (text === '' ? '' : TEXT + sealOnce(Buffer.from(text)).toString('base64')),
    openText: (text) => (text.startsWith(TEXT) ? openedText(self, text) : text),
  }
  return self
}

const always = (): boolean => true

const isSealed = (bytes: Uint8Array): boolean => bytes[0] === SEALED

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

const keyIdOf = (bytes: Uint8Array): string => bufferOf(bytes).toString('hex', KEY_AT, SALT_AT)

const openedText = ({ open }: Seal, text: string): string => {
  try {
    return bufferOf(open(Buffer.from(text.slice(TEXT.length), 'base64'))).toString()
  } catch (error) {
    return error instanceof KeyMissing ? `(${error.message})` : '(sealed, and damaged)'
  }
}

/**
 * Each process draws a salt and seals with a key of its own, made of the file's key and that salt. So its records are
 * simply numbered: no number is used twice under one key, however many relays and restarts there are.
 */
const derived = ({ bytes }: Key, salt: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', bytes, salt, 'wmkt outbox record', bytes.length))

type Stream = { id: string; key: Buffer; head: Buffer; number: number }

const beginStream = (key: Key): Stream => {
  const salt = randomBytes(SALT_BYTES)
  const head = Buffer.alloc(HEAD_BYTES)
  head[0] = SEALED
  head.write(key.id, KEY_AT, 'hex')
  head.set(salt, SALT_AT)
  return { id: key.id, key: derived(key, salt), head, number: 0 }
}

const createSealing = (ring: KeyRing) => {
  const slab = createSlab()
  const iv = Buffer.alloc(IV_BYTES)
  let stream: Stream | undefined
  return (bytes: Uint8Array, roomFor: (bytes: number) => Buffer = slab): Buffer => {
    const current = ring.current()
    if (stream?.id !== current.id) stream = beginStream(current)
    stream.number += 1
    iv.writeUIntBE(stream.number, IV_BYTES - NUMBER_BYTES, NUMBER_BYTES)
    const cipher = createCipheriv(CIPHER, stream.key, iv)
    const body = cipher.update(bytes)
    cipher.final()
    const sealed = roomFor(HEAD_BYTES + body.length + TAG_BYTES)
    sealed.set(stream.head)
    sealed.writeUIntBE(stream.number, NUMBER_AT, NUMBER_BYTES)
    sealed.set(body, HEAD_BYTES)
    sealed.set(cipher.getAuthTag(), HEAD_BYTES + body.length)
    return sealed
  }
}

const createOpening = (
  ring: KeyRing,
  onMissing: (keyId: string) => void,
): ((bytes: Uint8Array) => Buffer) => {
  const known = new Map<string, Buffer>()
  const iv = Buffer.alloc(IV_BYTES)
  const keyFor = (sealed: Buffer): Buffer => {
    const id = keyIdOf(sealed)
    const key = ring.find(id)
    // Asked each time: what was shredded is not read on.
    if (!key) {
      onMissing(id)
      throw new KeyMissing(id)
    }
    const name = sealed.toString('latin1', KEY_AT, NUMBER_AT)
    const before = known.get(name)
    if (before) return before
    if (known.size >= MAX_KNOWN) known.clear()
    const made = derived(key, sealed.subarray(SALT_AT, NUMBER_AT))
    known.set(name, made)
    return made
  }
  return (bytes) => {
    const sealed = bufferOf(bytes)
    const end = sealed.length - TAG_BYTES
    if (end < HEAD_BYTES) throw new Error('a sealed record that is cut off')
    sealed.copy(iv, IV_BYTES - NUMBER_BYTES, NUMBER_AT, HEAD_BYTES)
    const decipher = createDecipheriv(CIPHER, keyFor(sealed), iv, { authTagLength: TAG_BYTES })
    decipher.setAuthTag(sealed.subarray(end))
    const opened = decipher.update(sealed.subarray(HEAD_BYTES, end))
    decipher.final()
    return opened
  }
}
