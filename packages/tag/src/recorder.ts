import type { JsonObject } from '@wmkt/protocol'

/** The part of a tag that capture needs. */
export type Recorder = { event(eventType: string, data: JsonObject): unknown }
