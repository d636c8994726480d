/**
 * Of an item's content: 53 bits, as a whole number. One is made, masked, kept and compared for each item, and a number
 * costs a fraction of what eight bytes of memory do.
 */
export type Fingerprint = number

const HIGH = 2 ** 32
const HIGH_BITS = 0x1f_ffff

/** @param high of which 21 bits count @param low 32 bits */
export const fingerprintFrom = (high: number, low: number): Fingerprint =>
  (high & HIGH_BITS) * HIGH + (low >>> 0)

/** Its high bits. */
export const highOf = (fingerprint: Fingerprint): number => Math.floor(fingerprint / HIGH)

/** What a mask makes of it, and of that again the fingerprint. */
export const mixedWith = (fingerprint: Fingerprint, high: number, low: number): Fingerprint =>
  fingerprintFrom(highOf(fingerprint) ^ high, fingerprint ^ low)

/** On disk it takes 8 bytes. */
export const writeFingerprint = (bytes: Buffer, at: number, fingerprint: Fingerprint): void => {
  bytes.writeUInt32BE(highOf(fingerprint), at)
  bytes.writeUInt32BE(fingerprint >>> 0, at + 4)
}

export const readFingerprint = (bytes: Buffer, at: number): Fingerprint =>
  bytes.readUInt32BE(at) * HIGH + bytes.readUInt32BE(at + 4)

/** In texts, such as the record of a nonce. */
export const fingerprintText = (fingerprint: Fingerprint): string => fingerprint.toString(36)
