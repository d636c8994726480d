/** The tracker ID in a cookie: what the pattern's one group finds in its value. Undefined when absent or unreadable. */
export const readTrackerId = (name: string, pattern: string): string | undefined => {
  try {
    return ((`; ${document.cookie}`.split(`; ${name}=`)[1] as string).split(';')[0] as string).match(
      pattern,
    )?.[1]
  } catch {
    // Absent, not to be read, or no pattern.
    return undefined
  }
}
