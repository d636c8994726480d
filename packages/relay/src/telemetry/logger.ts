import { type Logger, pino } from 'pino'

/** JSON lines on stdout. Whatever is logged by mistake under these names is taken out. */
export const createLogger = (level: string): Logger =>
  pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['authorization', 'token', 'accessToken', 'cookie', 'email', 'ip', 'data', 'userData'].flatMap(
        (name) => [name, `*.${name}`],
      ),
      censor: '[redacted]',
    },
  })
