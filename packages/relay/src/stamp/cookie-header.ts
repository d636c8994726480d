/** The value of a cookie as it stands in a `Cookie` header, quotes and encoding included; the first, when there are more. */
export const rawCookieIn = (header: string, name: string): string | undefined => {
  for (let from = 0; from <= header.length; ) {
    const semicolon = header.indexOf(';', from)
    const to = semicolon < 0 ? header.length : semicolon
    const at = header.indexOf('=', from)
    if (at > from && at < to && header.slice(from, at).trim() === name) return header.slice(at + 1, to).trim()
    from = to + 1
  }
  return undefined
}
