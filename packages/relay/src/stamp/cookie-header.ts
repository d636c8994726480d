/** The value of a cookie as it stands in a `Cookie` header, quotes and encoding included; the first, when there are more. */
export const rawCookieIn = (header: string, name: string): string | undefined => {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}
