import type { Kind } from '@wmkt/protocol'
import type { Ending } from '../../../packages/tag/src/news.ts'

/** What was recorded, as the story knows it. A mark in its data tells it from all others, whatever becomes of its nonce. */
export type Item = {
  readonly mark: number
  readonly kind: Kind
  /** The upstream refuses its data. */
  readonly isBad: boolean
  nonce?: string
  /** The page was told that it is kept. */
  isPromised: boolean
  /** The page was told that nothing was recorded. */
  isRefused: boolean
  /** Why its loss breaks no promise. */
  excuse?: string
  /** What pages heard of its end. */
  readonly endings: Set<Ending>
}

export const makeItem = (mark: number, kind: Kind, isBad: boolean): Item => ({
  mark,
  kind,
  isBad,
  isPromised: false,
  isRefused: false,
  endings: new Set(),
})

/** The mark in an item's JSON. */
export const markIn = (json: string): number => Number(/"mark":(\d+)/.exec(json)?.[1])
