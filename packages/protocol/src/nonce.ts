/**
 * A UUIDv7 (RFC 9562): 48 bits of time, 72 of chance. Nonces made in the same stretch of time stay neighbours in an index, which is
 * what keeps the relay's nonce memory fast. A nonce has to be unique, not secret.
 *
 * @param nowMs epoch ms, whole, from the years 2004 to 2527: those have eleven hex digits
 */
export const makeNonce = (nowMs: number): string =>
  `0${nowMs.toString(16)}-7xxx-8xxx-xxxxxxxxxxxx`
    .replace(/.{8}/, '$&-')
    .replace(/x/g, () => Math.floor(Math.random() * 16).toString(16))
