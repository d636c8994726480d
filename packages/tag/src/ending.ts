import type { Kind, Receipt } from '@wmkt/protocol'
import type { Row, RowKey } from './row.ts'

/** What a listener hears of an item. `ending` is absent while the item is only stored. */
export type ItemNews = {
  nonce: string
  kind: Kind
  /** The item's final fate, exactly one. */
  ending?: 'delivered' | 'duplicate' | 'rejected' | 'evicted' | 'dropped'
  /** Why: a code of docs/errors.md, or that of an item the relay keeps back for a person (`delivered`). */
  code?: string
  message?: string
}

export type Ending = NonNullable<ItemNews['ending']>

export const newsOf = (
  [, , kind, nonce]: RowKey,
  ending?: Ending,
  code?: string,
  message?: string,
): ItemNews => ({
  nonce,
  kind,
  ...(ending && { ending }),
  ...(code && { code }),
  ...(message && { message }),
})

/** The fate of each row of a batch, as its receipt names it. */
export const endingsOf = (rows: Row[], receipt: Receipt): ItemNews[] =>
  rows.map(({ key }, index) => {
    const rejection = receipt.rejected.find((one) => one.index === index)
    if (rejection) return newsOf(key, 'rejected', rejection.code, rejection.message)
    const held = receipt.held.find((one) => one.nonce === key[3])
    return newsOf(key, receipt.accepted ? 'delivered' : 'duplicate', held?.code)
  })
