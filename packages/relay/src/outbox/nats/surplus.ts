import { isCopy, isNamedCopy, isOfBefore } from './copy.ts'
import type { ItemRecord } from './item-record.ts'
import type { Link } from './link.ts'
import type { Names } from './names.ts'
import type { Handed } from './settle.ts'

/**
 * Whether another is the item, and lies there to be delivered: two in hand would be delivered at the same time. What
 * was given a name was put beside it on purpose, and the other goes.
 */
export const createSurplus =
  ({ jsm, persist }: Link, names: Names) =>
  async (handed: Handed, record: ItemRecord): Promise<boolean> => {
    const { head } = handed
    if (head.fingerprint !== record.fingerprint || isOfBefore(head, record)) return true
    if (!isCopy(handed, record) || isNamedCopy(head) || record.seq === undefined) return false
    const which = { seq: record.seq }
    const item = await persist(() => jsm.streams.getMessage(names.items, which))
    return item?.subject === names.subject.item(head.lane, head.nonce)
  }
