import type { JsonObject } from '@wmkt/protocol'
import {
  type Coercion,
  coerce,
  DOUBT_CODES,
  type Finding,
  HOLD_CODES,
  type Schema,
  verdictOf,
} from '@wmkt/protocol/schema'

/** The project's event types, and what the relay puts right. */
export type Known = { readonly schema: Schema; readonly coercions: ReadonlySet<Coercion> }

const UNKNOWN_TYPE: Finding = { level: 'reject', code: 'EVENT_TYPE_UNKNOWN', field: 'eventType' }

/** What the relay will say of an event, by the relay's own rules. */
export const findingsOf = (
  { schema, coercions }: Known,
  eventType: string,
  data: JsonObject,
): readonly Finding[] => {
  const type = schema.types.get(eventType)
  return type ? verdictOf(type, coerce(type, data, coercions).data).findings : [UNKNOWN_TYPE]
}

export const textOf = ({ code }: Finding): string => ({ ...HOLD_CODES, ...DOUBT_CODES })[code]
