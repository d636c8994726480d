import { OptionError } from '../option.ts'

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

export const lineOf = (error: unknown): string =>
  `wmkt-relay: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`
