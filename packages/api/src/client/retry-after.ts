const HOUR_MS = 3_600_000

/**
 * Reads a `Retry-After` header: seconds, or an HTTP date (RFC 9110, 10.2.3).
 *
 * @returns ms from `nowMs`, clamped to 0…1 h; undefined when the header is absent or says nothing
 */
export const retryAfterOf = (header: string | undefined, nowMs: number): number | undefined => {
  if (header === undefined) return undefined
  const waitMs = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs
  return Number.isNaN(waitMs) ? undefined : Math.min(HOUR_MS, Math.max(0, waitMs))
}
