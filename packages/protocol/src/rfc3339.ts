const FORM = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d+)?(?:([Zz])|([+-])(\d{2}):(\d{2}))?$/

const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/**
 * Reads an RFC 3339 date-time. A missing offset means UTC (upstream reference, "Date Specification"); a leap second counts as the next second.
 *
 * @returns epoch ms, or undefined when the text is no date-time
 */
export const parseRfc3339 = (text: string): number | undefined => {
  const match = FORM.exec(text)
  if (!match) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const [offsetHour, offsetMinute] = [Number(match[10] ?? 0), Number(match[11] ?? 0)]
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return undefined
  const offsetMs = (offsetHour * 60 + offsetMinute) * 60_000 * (match[9] === '-' ? -1 : 1)
  const fractionMs = Math.floor(Number(match[7] ?? 0) * 1000)
  const local = new Date(0)
  local.setUTCFullYear(year, month - 1, day)
  local.setUTCHours(hour, minute, second, fractionMs)
  return local.getTime() - offsetMs
}
