import type { JsonObject } from '@wmkt/protocol'
import type { Tag } from '../options.ts'
import type { Entry, Journal } from './journal.ts'

/** Data as they will travel; nothing where they are no JSON, which the tag says by itself. */
const asSent = (data: unknown): JsonObject => {
  try {
    return JSON.parse(JSON.stringify(data)) ?? {}
  } catch {
    return {}
  }
}

/** Lays itself between the page and the tag: every call, every marked element, every view. */
export const watch = (tag: Tag, { record, resolved }: Journal, onEvent: (entry: Entry) => void): void => {
  const { event, interaction } = tag
  const told = (entry: Entry, answer: Promise<string | null>): Promise<string | null> => {
    answer.then((nonce) => resolved(entry, nonce))
    return answer
  }
  tag.event = (eventType, ...rest) => {
    const entry = record('event', String(eventType), asSent(rest[0] ?? {}))
    onEvent(entry)
    return told(entry, event(eventType, ...rest))
  }
  tag.interaction = (userData, nodeData, given) =>
    told(record('interaction', 'interaction', {}), interaction(userData, nodeData, given))
}
