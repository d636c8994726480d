/** What the body of a 2xx says, as far as an acknowledgement goes. */
export type Answer =
  /** The documented form: a JSON string, the upstream's own id of the item. */
  | { form: 'id'; id: string }
  /** JSON of another form. */
  | { form: 'json' }
  | { form: 'empty' }
  /** A captive portal, a CDN's page, a truncated body: not the API. */
  | { form: 'other' }

/** Longest id that is kept; the upstream's are UUIDs. */
const MAX_ID_LENGTH = 256

/** A text that says itself: nearly all answers are such. */
const PLAIN_ID = /^"[\w-]{1,256}"$/

export const answerOf = (body: string): Answer => {
  if (PLAIN_ID.test(body)) return { form: 'id', id: body.slice(1, -1) }
  if (body.trim() === '') return { form: 'empty' }
  const value = parsed(body)
  if (value === undefined) return { form: 'other' }
  return typeof value === 'string' && value.length <= MAX_ID_LENGTH
    ? { form: 'id', id: value }
    : { form: 'json' }
}

/** Longest text of the upstream's that a dead letter keeps. */
export const MAX_MESSAGE_LENGTH = 512

/**
 * The upstream's words on why it refused an item, on one line, bounded. Error bodies have the shape
 * `{statusCode, message, error?}`, `message` being a string or a list of strings (docs/upstream.md).
 */
export const messageOf = (body: string): string => {
  const message = memberOf(parsed(body), 'message')
  const text =
    typeof message === 'string' ? message : Array.isArray(message) ? message.map(String).join('; ') : body
  return oneLine(text).slice(0, MAX_MESSAGE_LENGTH).toWellFormed()
}

/** JSON has no `undefined`, so that stands for what is no JSON. */
const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined

const oneLine = (text: string): string =>
  text
    .slice(0, 4 * MAX_MESSAGE_LENGTH)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
