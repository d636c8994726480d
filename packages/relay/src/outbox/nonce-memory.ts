import type { Stage } from './stage.ts'
import type { Table, Tables } from './store.ts'

/** How long a generation takes new nonces: each is remembered that long at least, and twice as long at most. */
export const GENERATION_MS = 30 * 24 * 3_600_000

/** Where a nonce was put, and what it came with. */
export type Remembered = { fingerprint: Uint8Array; seq: number; index: number }

/** The nonce memory as a transaction sees and changes it. */
export interface NonceChanges {
  recall(key: Buffer): Remembered | undefined
  remember(key: Buffer, remembered: Remembered): void
  /** Forgets the older generation, and lets it take the nonces from here on. */
  rotate(): void
  write(stage: Stage): void
}

const VALUE_BYTES = 16

const encode = ({ fingerprint, seq, index }: Remembered): Buffer => {
  const bytes = Buffer.allocUnsafe(VALUE_BYTES)
  bytes.set(fingerprint, 0)
  bytes.writeUIntBE(seq, 8, 6)
  bytes.writeUInt16BE(index, 14)
  return bytes
}

const decode = (bytes: Buffer): Remembered => ({
  fingerprint: Uint8Array.prototype.slice.call(bytes, 0, 8),
  seq: bytes.readUIntBE(8, 6),
  index: bytes.readUInt16BE(14),
})

const lookUp = (table: Table, key: Buffer): Remembered | undefined => {
  const bytes = table.getBinaryFast(key)
  return bytes && decode(bytes)
}

type Nonces = Tables['nonces']
/** Newer first: a redriven nonce may be in both, and was put anew. */
const newerFirst = (nonces: Nonces, generation: number): Nonces =>
  generation === 0 ? nonces : [nonces[1], nonces[0]]

/**
 * What the disk remembers of a nonce, in either generation.
 *
 * @param generation that which takes new nonces: 0 or 1
 */
export const recallNonce = (nonces: Nonces, generation: number, key: Buffer): Remembered | undefined => {
  const [current, older] = newerFirst(nonces, generation)
  return lookUp(current, key) ?? lookUp(older, key)
}

/** @param generation that which takes new nonces: 0 or 1 */
export const changeNonces = (nonces: Nonces, generation: number): NonceChanges => {
  const changed = new Map<string, { key: Buffer; remembered: Remembered }>()
  let [current, older] = newerFirst(nonces, generation)
  let rotated = false
  const onDisk = (key: Buffer): Remembered | undefined =>
    rotated ? lookUp(older, key) : (lookUp(current, key) ?? lookUp(older, key))
  return {
    recall: (key) => changed.get(key.toString('latin1'))?.remembered ?? onDisk(key),
    remember(key, remembered) {
      changed.set(key.toString('latin1'), { key, remembered })
    },
    rotate() {
      ;[current, older] = [older, current]
      rotated = true
    },
    write(stage) {
      if (rotated) stage.clear(current)
      for (const { key, remembered } of changed.values()) stage.append(current, key, encode(remembered))
    },
  }
}

/** Whether the present generation has had its time. */
export const isGenerationOver = (rotatedAt: number, now: number): boolean => now - rotatedAt >= GENERATION_MS
