import type { JsonObject } from '@wmkt/protocol'
import type { EventArgs, EventType } from './event-types.ts'
import type { News } from './news.ts'

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

/** What records events. Each call resolves to the nonce once the item is in the outbox, or to null when nothing was recorded. */
export type Recorder = {
  event<T extends EventType>(eventType: T, ...rest: EventArgs<T>): Promise<string | null>
}

export type Tag = Recorder & {
  /** Records an offline interaction: the user's identity fields, and the node that is to be credited. */
  interaction(userData: JsonObject, nodeData: JsonObject, given?: ItemOptions): Promise<string | null>
  /** Granted: hold no longer. Denied: forget what is held, in every tab and the worker, and record nothing. */
  consent(state: 'granted' | 'denied'): void
  /** Sets the tracker ID by hand. */
  tracker(id: string): void
  /** Delivers now, as far as the relay lets. */
  flush(): void
  /** Hears what becomes of items. */
  on(name: 'stored' | 'ending', fn: (news: News) => void): void
}
