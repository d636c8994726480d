import { isGone, type Link } from './link.ts'
import type { Names } from './names.ts'

/**
 * Takes an item off the work queue by its number. False when it is gone already: another was faster, or an answer was lost.
 *
 * @param erase its bytes are written over, too
 */
export type Remove = (seq: number, erase?: boolean) => Promise<boolean>

export const createRemove =
  ({ jsm, persist }: Link, { items }: Names): Remove =>
  (seq, erase = false) =>
    persist(() => jsm.streams.deleteMessage(items, seq, erase)).catch((error) => {
      if (isGone(error)) return false
      throw error
    })
