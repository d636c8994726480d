import { phpDateText } from './php-date.ts'
import type { Reader } from './shape.ts'

const FORM = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)?$/
/** The malformed instant of the reference page, `2022-04-01Z05:00:00`: a typo for `T…Z` (ambiguity 3). */
const REFERENCE_TYPO = /^(\d{4}-\d\d-\d\d)Z(\d\d:\d\d:\d\d(?:\.\d+)?)$/
const EARLIEST = Date.parse('0001-01-01T00:00:00Z')
const LATEST = Date.parse('9999-12-31T23:59:59.999Z')

const isRealDay = (year: number, month: number, day: number): boolean =>
  month >= 1 &&
  month <= 12 &&
  day >= 1 &&
  day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()

const isRealOffset = (offset: string): boolean =>
  /^[Zz]$/.test(offset) || (Number(offset.slice(1, 3)) <= 23 && Number(offset.slice(4)) <= 59)

/** Epoch ms of an RFC 3339 date-time, any offset, none meaning UTC; undefined for anything else. */
export const instantOf = (text: string): number | undefined => {
  const match = FORM.exec(text)
  if (!match) return undefined
  const [
    ,
    year = '',
    month = '',
    day = '',
    hour = '',
    minute = '',
    second = '',
    fraction = '',
    offset = 'Z',
  ] = match
  if (!isRealDay(Number(year), Number(month), Number(day)) || !isRealOffset(offset)) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  const leap = second === '60'
  const at = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${leap ? '59' : second}${fraction.slice(0, 4)}${offset.toUpperCase()}`,
  )
  const instant = leap ? at + 1000 : at
  return instant >= EARLIEST && instant <= LATEST ? instant : undefined
}

/**
 * A date-time at the API's door. The lenient reading also takes the reference page's own typo and
 * the object PHP's `json_encode` makes of a DateTime (ambiguities 3 and 26).
 */
export const dateTime =
  (strict: boolean): Reader<Date> =>
  (input, name) => {
    const told = strict ? input : phpDateText(input)
    const plain = typeof told === 'string' && !strict ? told.replace(REFERENCE_TYPO, '$1T$2Z') : told
    const at = typeof plain === 'string' ? instantOf(plain) : undefined
    return at === undefined
      ? { wrong: [`${name} must be a valid RFC 3339 date-time`] }
      : { value: new Date(at) }
  }
