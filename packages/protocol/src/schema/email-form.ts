import type { Reading } from './reading.ts'

const MAX_LENGTH = 254
const MAX_LOCAL_LENGTH = 64
/** RFC 5322's dot-atom at a host name of two labels or more: what every reader takes. */
const PLAIN =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z]{2,63}$/i
/** One @, a dot in the domain and no empty label, nothing that sets an address apart from its surroundings. */
const LOOSE = /^[^\s@"<>]+@[^\s@"<>.]+(?:\.[^\s@"<>.]+)+$/

export const readEmail = (value: unknown): Reading => {
  if (typeof value !== 'string') return 'reject'
  // Whatever PLAIN takes, LOOSE takes too: nearly every address needs one look.
  if (isShort(value) && PLAIN.test(value)) return 'ok'
  const address = value.trim()
  return isShort(address) && LOOSE.test(address) ? 'warn' : 'reject'
}

const isShort = (address: string): boolean =>
  address.length <= MAX_LENGTH && address.indexOf('@') <= MAX_LOCAL_LENGTH
