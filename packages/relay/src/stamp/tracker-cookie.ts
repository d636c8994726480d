import { TRACKER_ID_PATTERN } from '@wmkt/protocol'

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
 */
export const createTrackerReader = (name: string, pattern?: string): ReadTracker => {
  const extract = pattern === undefined ? undefined : new RegExp(pattern)
  return (header) => {
    const value = header === undefined ? undefined : cookieOf(header, name)
    if (value === undefined) return undefined
    const id = extract ? extract.exec(value)?.[1] : value
    return id !== undefined && TRACKER_ID_PATTERN.test(id) ? id : undefined
  }
}

const cookieOf = (header: string, name: string): string | undefined => {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return decoded(pair.slice(at + 1).trim())
  }
  return undefined
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
