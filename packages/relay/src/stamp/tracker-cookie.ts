import { TRACKER_ID_PATTERN } from '@wmkt/protocol'
import { rawCookieIn } from './cookie-header.ts'

/** The tracker ID in a `Cookie` header, if there is one. */
export type ReadTracker = (cookieHeader: string | undefined) => string | undefined

/** Whether a text is a regular expression with exactly one group. */
export const isTrackerPattern = (source: string): boolean => {
  try {
    // The empty alternative always matches, and tells by its length how many groups there are.
    return new RegExp(`${source}|`).exec('')?.length === 2
  } catch {
    return false
  }
}

/**
 * @param name of the cookie
 * @param pattern with one group that extracts the ID; absent: the whole value. Ill-formed IDs are none.
 * @param onIllFormed told of each cookie that was there and held no ID
 */
export const createTrackerReader = (
  name: string,
  pattern?: string,
  onIllFormed: () => void = () => {},
): ReadTracker => {
  const extract = pattern === undefined ? undefined : new RegExp(pattern)
  return (header) => {
    const raw = header === undefined ? undefined : rawCookieIn(header, name)
    if (raw === undefined) return undefined
    const value = decoded(raw)
    const id = extract && value !== undefined ? extract.exec(value)?.[1] : value
    if (id !== undefined && TRACKER_ID_PATTERN.test(id)) return id
    onIllFormed()
    return undefined
  }
}

const decoded = (raw: string): string | undefined => {
  const value = raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}
