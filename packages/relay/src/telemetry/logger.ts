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

/** A nonce is drawn by the sender to name one item, and a person must find it again: it stays whole. */
const cleaned = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (value instanceof Error) return [name, errorRecordOf(value)]
      return [name, typeof value === 'string' && name !== 'nonce' ? withoutPersonal(value) : value]
    }),
  )
