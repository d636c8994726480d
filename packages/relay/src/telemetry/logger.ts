import { type DestinationStream, type Logger, pino } from 'pino'
import { errorRecordOf } from './error-record.ts'
import { withoutPersonal } from './personal.ts'

/** Names under which nothing is ever logged, at any depth we use. */
const SECRET = [
  'authorization',
  'token',
  'accessToken',
  'cookie',
  'email',
  'ip',
  'address',
  'data',
  'userData',
]

/**
 * JSON lines on stdout. Nobody logs tokens, addresses or personal data on purpose; what slips in is taken out three ways:
 * by name, by what a text looks like, and by keeping of errors only what we know.
 */
export const createLogger = (level: string, stream: DestinationStream = pino.destination(1)): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => error },
      formatters: { log: cleaned },
      redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    },
    stream,
  )

/**
 * What a person must find again stays whole, though its digits may look like a telephone number: a nonce, which its
 * sender draws to name one item; the file that an outbox was set aside as; the hash of a schema.
 */
const WHOLE = new Set(['nonce', 'aside', 'hash'])

const cleaned = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (value instanceof Error) return [name, errorRecordOf(value)]
      return [name, typeof value === 'string' && !WHOLE.has(name) ? withoutPersonal(value) : value]
    }),
  )
