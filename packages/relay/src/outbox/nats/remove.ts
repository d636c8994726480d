import { isGone, type Link } from './link.ts'
import type { Names } from './names.ts'

/** Takes an item off the work queue by its number. When it is gone already, another was faster. */
export const remove = ({ jsm, persist }: Link, { items }: Names, seq: number): Promise<unknown> =>
  persist(() => jsm.streams.deleteMessage(items, seq, false)).catch((error) => {
    if (!isGone(error)) throw error
  })
