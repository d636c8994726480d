const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

const checked = (name: string, value: string): URL => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw new TypeError(`${name}: expected an http(s) URL`)
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError(`${name}: expected a URL without credentials, query or fragment`)
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new TypeError(`${name}: expected https, plain http is for loopback only; found ${url.origin}`)
  }
  return url
}

/**
 * A base URL without its trailing slash. Plain http is for loopback: a bearer token on an open wire is a lost token.
 *
 * @throws TypeError naming `name` when the value is no such URL
 */
export const resolveBaseUrl = (name: string, value: string): string => {
  checked(name, value)
  return value.replace(/\/+$/, '')
}
