import { makeNonce } from '@wmkt/protocol'

const randomBytes = (bytes: Uint8Array<ArrayBuffer>): Uint8Array =>
  globalThis.crypto ? crypto.getRandomValues(bytes) : bytes.map(() => pickByte(Math.random))

const pickByte = (random: () => number): number => random() * 256

/** A fresh nonce, also where the page has no `crypto.randomUUID` (no secure context) or no crypto at all. */
export const newNonce = (nowMs: number): string => makeNonce(nowMs, randomBytes(new Uint8Array(10)))
