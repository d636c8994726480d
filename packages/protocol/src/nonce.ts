/**
 * A UUIDv7 (RFC 9562): 48 bits of time, 74 of chance. Nonces made in the same
 * stretch of time stay neighbours in an index, which is what keeps the relay's nonce memory fast.
 *
 * @param nowMs epoch ms
 * @param random 10 random bytes
 */
export const makeNonce = (nowMs: number, random: Uint8Array): string => {
  const time = Math.max(0, Math.floor(nowMs)).toString(16).padStart(12, '0').slice(-12)
  const bytes = Array.from(random.subarray(0, 10))
  bytes[0] = ((bytes[0] ?? 0) & 0x0f) | 0x70
  bytes[2] = ((bytes[2] ?? 0) & 0x3f) | 0x80
  const hex = time + bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
