/**
 * A UUIDv7 (RFC 9562): 48 bits of time, 72 of chance. Nonces made in the same
 * stretch of time stay neighbours in an index, which is what keeps the relay's nonce memory fast.
 *
 * @param nowMs epoch ms, whole
 * @param random in [0, 1); a nonce has to be unique, not secret
 */
export const makeNonce = (nowMs: number, random: () => number): string => {
  const time = [...nowMs.toString(16).padStart(12, '0')]
  return 'xxxxxxxx-xxxx-7xxx-8xxx-xxxxxxxxxxxx'.replace(
    /x/g,
    () => time.shift() ?? Math.floor(random() * 16).toString(16),
  )
}
