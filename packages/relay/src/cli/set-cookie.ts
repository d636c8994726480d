/** A Set-Cookie header, read. */
export type SetCookie = { name: string; attributes: ReadonlyMap<string, string> }

/** Attribute names in lower case; one without a value has an empty one. */
export const parseSetCookie = (header: string): SetCookie => {
  const [pair = '', ...rest] = header.split(';').map((part) => part.trim())
  const attributes = rest.map((part): [string, string] => {
    const [name = '', ...value] = part.split('=')
    return [name.toLowerCase(), value.join('=')]
  })
  return { name: pair.slice(0, Math.max(0, pair.indexOf('='))), attributes: new Map(attributes) }
}
