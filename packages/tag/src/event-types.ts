import type { JsonObject } from '@wmkt/protocol'
import type { ItemOptions } from './options.ts'

declare global {
  /** The site's event types by reference: filled in by the file that `wmkt-relay types` makes, empty without it. */
  interface WmktEventTypes {}
}

/** An event type's reference; any text where nothing says which there are. */
export type EventType = [keyof WmktEventTypes] extends [never] ? string : keyof WmktEventTypes

export type EventData<T extends EventType> = T extends keyof WmktEventTypes ? WmktEventTypes[T] : JsonObject

/** Data may be left out where no field is mandatory. */
export type EventArgs<T extends EventType> =
  Record<never, never> extends EventData<T>
    ? [data?: EventData<T>, given?: ItemOptions]
    : [data: EventData<T>, given?: ItemOptions]
