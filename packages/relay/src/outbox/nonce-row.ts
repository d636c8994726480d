/** Where a nonce was put, and what it came with. */
export type Remembered = { fingerprint: Uint8Array; seq: number; index: number }

const VALUE_BYTES = 16

export const encodeRemembered = ({ fingerprint, seq, index }: Remembered): Buffer => {
  const bytes = Buffer.allocUnsafe(VALUE_BYTES)
  bytes.set(fingerprint, 0)
  bytes.writeUIntBE(seq, 8, 6)
  bytes.writeUInt16BE(index, 14)
  return bytes
}

export const decodeRemembered = (bytes: Buffer): Remembered => ({
  fingerprint: new Uint8Array(bytes.subarray(0, 8)),
  seq: bytes.readUIntBE(8, 6),
  index: bytes.readUInt16BE(14),
})

/** Keys and values as texts of one character a byte: a tenth of what as many small buffers would take. */
export type NonceRows = ReadonlyMap<string, string>

/** Many rows as one value: length of the key u8, key, value; and so on. */
export const encodeRows = (rows: NonceRows): Buffer => {
  let length = 0
  for (const key of rows.keys()) length += 1 + key.length + VALUE_BYTES
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (const [key, value] of rows) {
    bytes[at] = key.length
    at += 1
    at += bytes.write(key, at, 'latin1')
    at += bytes.write(value, at, 'latin1')
  }
  return bytes
}

export function* decodeRows(bytes: Buffer): Generator<[key: string, value: string]> {
  for (let at = 0; at < bytes.length; ) {
    const keyAt = at + 1
    const valueAt = keyAt + bytes.readUInt8(at)
    at = valueAt + VALUE_BYTES
    yield [bytes.toString('latin1', keyAt, valueAt), bytes.toString('latin1', valueAt, at)]
  }
}
