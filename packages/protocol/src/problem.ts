/** Error answers of the relay (RFC 9457): stable codes, one table. Held against docs/errors.md by a test. */
export const PROBLEMS = {
  BODY_NOT_JSON: { status: 400, title: 'The body is not JSON in UTF-8.' },
  BATCH_INVALID: { status: 400, title: 'The body is not a batch.' },
  VERSION_UNKNOWN: { status: 400, title: 'This protocol version is not spoken here.' },
  QUERY_INVALID: { status: 400, title: 'The query asks for what cannot be given.' },
  PROJECT_UNKNOWN: { status: 400, title: 'This relay serves another project.' },
  BODY_CUT: { status: 400, title: 'The body ended before it was complete.' },
  KEY_REFUSED: { status: 403, title: 'A server key is needed, and this is none.' },
  ORIGIN_REFUSED: { status: 403, title: 'This origin may not post here.' },
  BOT_REFUSED: { status: 403, title: 'Bots may not post here.' },
  NOT_FOUND: { status: 404, title: 'There is nothing here.' },
  HOST_REFUSED: { status: 403, title: 'The admin listener is not called by this name.' },
  NOT_SAME_ORIGIN: {
    status: 403,
    title: 'Changes are made from the same origin, with the header Wmkt-Admin.',
  },
  TOKEN_NEEDED: { status: 401, title: 'The admin token is needed.' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This method is not served here.' },
  BODY_TOO_SLOW: { status: 408, title: 'The body came too slowly.' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large.' },
  TYPE_UNSUPPORTED: { status: 415, title: 'The content type is neither application/json nor text/plain.' },
  ENCODING_UNSUPPORTED: { status: 415, title: 'This content encoding is not read here.' },
  RATE_LIMITED: { status: 429, title: 'Too many items, or wrong tokens, from this address.' },
  INTERNAL: { status: 500, title: 'The relay failed; the cause is in its log.' },
  BACKLOG_FULL: { status: 503, title: 'The outbox holds as much as it may.' },
  STORAGE_FULL: { status: 503, title: 'The disk takes no more.' },
  STORAGE_FAILED: { status: 503, title: 'The disk failed to keep what was written.' },
  STARTING: { status: 503, title: 'The relay is starting.' },
  STOPPING: { status: 503, title: 'The relay is stopping.' },
} as const

export type ProblemCode = keyof typeof PROBLEMS

export type ProblemDocument = { type: string; title: string; status: number; code: string; detail: string }
