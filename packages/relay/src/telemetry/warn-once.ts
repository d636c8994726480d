import type { Log } from './log.ts'

/** Says it the first time, however often the reason comes back: each request may be one. */
export const createWarnOnce = (log: Log, message: string): (() => void) => {
  let said = false
  return () => {
    if (!said) log.warn(message)
    said = true
  }
}
