import { parseRfc3339 } from '../rfc3339.ts'
import type { Reading } from './reading.ts'

/** RFC 3339 to the letter, within what every reader of dates holds. */
const PLAIN = /^[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/
/** Most dates: no look at a calendar can tell anything against them. */
const SURE =
  /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/
const EARLIEST = Date.parse('1000-01-02T00:00:00Z')
const LATEST = Date.parse('9999-12-31T00:00:00Z')

/** No offset means UTC, says the reference, though RFC 3339 demands one; and it shows a space in place of `T`. */
export const readDate = (value: unknown): Reading => {
  if (typeof value === 'string' && SURE.test(value)) return 'ok'
  const at = typeof value === 'string' ? parseRfc3339(value) : undefined
  if (at === undefined || typeof value !== 'string') return 'reject'
  return PLAIN.test(value) && at >= EARLIEST && at <= LATEST ? 'ok' : 'warn'
}
