/** A body to be read where it lies: its bytes, and the same four at a time. */
export type Body = { readonly bytes: Buffer; readonly words: DataView }

export const bodyOver = (bytes: Buffer): Body => ({
  bytes,
  words: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
})
