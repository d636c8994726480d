const MILLISECONDS = Array.from({ length: 1_000 }, (_, ms) => `${String(ms).padStart(3, '0')}Z`)

/** Of the second that the last one was in. */
let second = Number.NaN
let text = ''

/** As `Date.toISOString` writes it. Items come in order of time, and most share their second with the one before. */
export const isoTextOf = (at: number): string => {
  const instant = Math.trunc(at)
  const whole = Math.floor(instant / 1_000)
  if (whole !== second) {
    text = new Date(1_000 * whole).toISOString().slice(0, -4)
    second = whole
  }
  return text + MILLISECONDS[instant - 1_000 * whole]
}
