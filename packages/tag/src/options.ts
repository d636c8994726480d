/** Every name is also an attribute of the script tag: `cookiePattern` is `data-cookie-pattern`. */
export type TagOptions = {
  /** URL of the relay's collect route, absolute or relative to the page. */
  endpoint: string
  /** Project slug; the relay checks it against its own when given. */
  project?: string
  /** Cookie that carries the tracker ID. @default 'ndrstnd' */
  cookie?: string
  /** Regular expression whose one group finds the tracker ID in the cookie's value. @default the whole value */
  cookiePattern?: string
  /** `required`: nothing is stored, read or sent until consent is granted. @default 'granted' */
  consent?: 'granted' | 'required' | 'denied'
  /** `denied`: Global Privacy Control counts as a denial. */
  gpc?: 'denied'
}

export type ItemOptions = {
  /** Unique key of the item, `^[A-Za-z0-9_-]{1,64}$`; an order number makes a repeated page harmless. @default a UUIDv7 */
  nonce?: string
  /** Events only. @default the tracker cookie's */
  trackerId?: string
  /** Epoch ms, or an RFC 3339 date-time. @default now */
  occurredAt?: number | string
}
