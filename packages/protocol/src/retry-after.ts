/**
 * Reads a `Retry-After` header in either of its forms (RFC 9110, 10.2.3): seconds, or an HTTP date.
 *
 * @returns ms from `nowMs`, clamped to 1 s…1 h; 0 when the header is absent or says nothing
 */
export const retryAfterMs = (header: string | null | undefined, nowMs: number): number =>
  Math.min(3_600_000, Math.max(1000, (header as never) * 1000 || Date.parse(header as never) - nowMs)) || 0
