/** The tracker ID in a cookie: the whole value, or what the pattern's group finds in it. Undefined when absent or unreadable. */
export const readTrackerId = (name: string, pattern?: string): string | undefined => {
  try {
    const pair = document.cookie.split('; ').find((one) => one.startsWith(`${name}=`))
    const value = pair && decodeURIComponent(pair.slice(name.length + 1))
    return value && pattern ? value.match(pattern)?.[1] : value
  } catch {
    return undefined
  }
}
