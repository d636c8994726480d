import { withoutPersonal } from './personal.ts'

/** What the log keeps of an error. */
export type ErrorRecord = {
  name: string
  code?: string
  message: string
  stack?: string
  cause?: ErrorRecord
}

const MAX_CAUSES = 4
const MAX_MESSAGE_LENGTH = 512

/**
 * An error for the log: name, code, words, place and cause, and nothing else that hangs on it. Errors of parsers carry
 * the body they could not parse.
 */
export const errorRecordOf = (error: unknown, causes = MAX_CAUSES): ErrorRecord => {
  if (!(error instanceof Error)) return { name: typeof error, message: wordsOf(String(error)) }
  const { name, message, stack, cause } = error
  const code = 'code' in error ? String(error.code) : undefined
  return {
    name,
    ...(code !== undefined && { code }),
    message: wordsOf(message),
    ...(stack !== undefined && { stack: placesIn(stack) }),
    ...(cause !== undefined && causes > 0 && { cause: errorRecordOf(cause, causes - 1) }),
  }
}

/** JSON.parse quotes what it was given. */
const wordsOf = (message: string): string =>
  withoutPersonal(message.replace(/".*"(?= is not valid JSON)/s, '[the text]').slice(0, MAX_MESSAGE_LENGTH))

/** The lines that name places in the code: those before repeat the message. */
const placesIn = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
