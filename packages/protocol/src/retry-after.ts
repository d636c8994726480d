/**
 * Reads a `Retry-After` header in either of its forms (RFC 9110, 10.2.3): seconds, or an HTTP date.
 *
 * @returns ms from `nowMs`, clamped to 1 s…1 h; undefined when the header is absent or says nothing
 */
export const retryAfterMs = (header: string | null | undefined, nowMs: number): number | undefined => {
  const waitMs = Number(header) * 1000 || Date.parse(header ?? '') - nowMs
  return Number.isNaN(waitMs) ? undefined : Math.min(3_600_000, Math.max(1000, waitMs))
}
