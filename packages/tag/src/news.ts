import type { Kind, Receipt } from '@wmkt/protocol'
import type { Row } from './row.ts'

/** An item's final fate, exactly one. */
export type Ending = 'delivered' | 'duplicate' | 'rejected' | 'evicted' | 'dropped'

/** What a listener hears of an item. */
export type News = {
  nonce: string
  kind: Kind
  /** Undefined while the item is only stored. */
  ending?: Ending | undefined
  /** Why: a code of docs/errors.md; on `delivered`, why the relay keeps the item back for a person. */
  code?: string | undefined
  message?: string | undefined
}

/** A row and how it ended. */
export type Fate = [row: Row, ending: Ending, code?: string | undefined, message?: string | undefined]

/** The fate of each row of a batch, as its receipt names it. Throws when the answer is no receipt. */
export const fatesOf = (rows: Row[], { accepted, rejected, held }: Receipt): Fate[] =>
  rows.map((row, position) => {
    const refusal = rejected.find(({ index }) => index === position)
    const why = refusal ?? held.find(({ nonce }) => nonce === row.nonce)
    const ending = refusal ? 'rejected' : accepted ? 'delivered' : 'duplicate'
    return [row, ending, why?.code, refusal?.message]
  })
