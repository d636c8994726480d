import { OptionError } from '../option.ts'
import { plain } from './plain.ts'

/** A command that could not do what it was asked to: one line for the person, exit code 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
}

export const FAILED = 1
/** Usage or configuration. */
export const MISUSED = 2

/** Wrong options, and key files that are none, are the caller's to mend. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof OptionError || error instanceof TypeError ? MISUSED : FAILED

/** One line for the person, with what to do where we know it. */
export const lineOf = (error: unknown): string => `wmkt-relay: ${plain(wordsOf(error).split('\n')[0] ?? '')}`

const wordsOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && error.code === 'EADDRINUSE'
    ? `${error.message}: set PORT or WMKT_ADMIN_PORT to a free one`
    : error.message
}
