/** Numbers and times as people read them. */

export const countText = (count: number): string =>
  Math.abs(count) < 1e6 ? Math.round(count).toLocaleString('en') : compact.format(count)

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 })

/** Few digits where few matter. */
export const rateText = (rate: number): string =>
  rate === 0 ? '0' : rate < 10 ? rate.toFixed(1) : countText(rate)

export const msText = (ms: number): string => {
  if (ms === 0) return '0 ms'
  if (ms < 10) return `${ms.toFixed(1)} ms`
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const

/** The two largest units: `3 h 12 min`. */
export const durationText = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds))
  const first = UNITS.findIndex(([, size]) => whole >= size)
  if (first < 0) return '0 s'
  let rest = whole
  const parts: string[] = []
  for (const [unit, size] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${unit}`)
  }
  return parts.join(' ')
}

/** Both in epoch ms. */
export const agoText = (now: number, at: number): string => `${durationText((now - at) / 1_000)} ago`

export const clockText = (at: number): string => new Date(at).toLocaleTimeString('en-GB')

/** `event:purchase` → `purchase`. */
export const laneText = (lane: string): string =>
  plainText(lane.slice(lane.indexOf(':') + 1) || 'offline interactions')

/** Names come from strangers: nothing in them may turn the text around them, or hide. */
export const plainText = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '�')
