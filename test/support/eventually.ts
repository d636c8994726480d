import { vi } from 'vitest'
import { PATIENCE_MS } from './patience.ts'

/** Looks again and again until nothing is thrown; then throws what the last look did. */
export const eventually = <T>(
  look: () => T | Promise<T>,
  { timeout = PATIENCE_MS, interval = 20 } = {},
): Promise<T> => vi.waitFor(look, { timeout, interval })
