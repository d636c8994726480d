import { isRecord } from './shape.ts'

const WALL_CLOCK = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)$/
const OFFSET = /^(?:Z|[+-]\d\d:\d\d)$/

/** How far the zone's clocks are ahead of UTC at an instant. */
const aheadMs = (zone: string, at: number): number => {
  const clock = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
  const name = clock.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes, seconds] = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name) ?? []
  const ahead = ((Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0)) * 1000
  return sign === '-' ? -ahead : ahead
}

const isZone = (zone: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }))
  } catch {
    return false
  }
}

/** The offset is known by the instant and the instant by the offset: a second look settles it. */
const instantIn = (zone: string, wallAt: number): number =>
  wallAt - aheadMs(zone, wallAt - aheadMs(zone, wallAt))

/** `Date.parse` takes the 30th of February for the 2nd of March. */
const isRealClock = (wallAt: number, text: string): boolean =>
  !Number.isNaN(wallAt) && new Date(wallAt).toISOString().slice(0, 19) === text.slice(0, 19)

/**
 * The RFC 3339 text of what PHP's `json_encode` makes of a DateTime, `{date, timezone_type, timezone}`: the
 * wall clock and, as the zone, an offset, `Z` or an IANA name. Anything else comes back as it is.
 */
export const phpDateText = (input: unknown): unknown => {
  if (!isRecord(input) || typeof input.date !== 'string' || typeof input.timezone !== 'string') return input
  const [, day, time] = WALL_CLOCK.exec(input.date) ?? []
  if (day === undefined || time === undefined) return input
  const text = `${day}T${time}`
  if (OFFSET.test(input.timezone)) return `${text}${input.timezone}`
  const wallAt = Date.parse(`${text}Z`)
  return isRealClock(wallAt, text) && isZone(input.timezone)
    ? new Date(instantIn(input.timezone, wallAt)).toISOString()
    : input
}
