/** The tracker ID in a cookie: what the pattern's one group finds in its value. Undefined when absent or unreadable. */
export const readTrackerId = (name: string, pattern: string): string | undefined => {
  try {
    return `; ${document.cookie}`.split(`; ${name}=`)[1]?.split(';')[0]?.match(pattern)?.[1]
  } catch {
    return undefined
  }
}
