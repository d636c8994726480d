/**
 * What the outermost trusted proxy wrote into an `X-Forwarded-*` list. Each hop appends on the right, so whatever
 * stands further left was said by the client himself.
 *
 * @param hops proxies trusted, at least 1
 */
export const lastOf = (header: string | string[] | undefined, hops: number): string | undefined => {
  if (header === undefined) return undefined
  const parts = String(header).split(',')
  return parts[Math.max(0, parts.length - hops)]?.trim() || undefined
}
