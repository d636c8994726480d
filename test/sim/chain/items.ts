import type { Kind } from '@wmkt/protocol'
import type { Ending } from '../../../packages/tag/src/news.ts'
import type { Tag } from '../../../packages/tag/src/options.ts'
import { oneOf } from '../../support/seeded.ts'

/** What was recorded, as the story knows it. A mark in its data tells it from all others, whatever becomes of its nonce. */
export type Item = {
  readonly mark: number
  readonly kind: Kind
  /** Chosen by the page, as an order number is: the item may be recorded again. */
  readonly isOrder: boolean
  readonly isInvalid: boolean
  readonly record: (tag: Tag) => Promise<string | null>
  /** Epoch ms. */
  readonly recordedAt: number
  nonce?: string
  /** The page was told that nothing was recorded. */
  isRefused: boolean
  /** Why its loss breaks no promise. */
  excuse?: string
  /** What pages heard of its end. */
  readonly endings: Set<Ending>
}

const EVENT_TYPES = ['purchase', 'lead'] as const

export const makeItem = (mark: number, recordedAt: number, random: () => number): Item => {
  const kind = random() < 0.4 ? 'interaction' : 'event'
  const isOrder = random() < 0.4
  // The upstream refuses what is bad.
  const data = { mark, ...(random() < 0.1 && { bad: true }) }
  const nonce = isOrder && { nonce: `order-${mark}` }
  const tracker = random() < 0.2 && { trackerId: 'visitor-2' }
  // The relay refuses this one at its door.
  const isInvalid = random() < 0.04
  const date = isInvalid && { occurredAt: 'the day before' }
  const eventType = oneOf(random, ...EVENT_TYPES)
  const record = (tag: Tag) =>
    kind === 'event'
      ? tag.event(eventType, data, { ...nonce, ...date, ...tracker })
      : tag.interaction(data, { wmktId: 'node' }, { ...nonce, ...date })
  const item: Item = {
    mark,
    kind,
    isOrder,
    isInvalid,
    record,
    recordedAt,
    isRefused: false,
    endings: new Set(),
  }
  return isInvalid ? { ...item, excuse: 'refused at the door' } : item
}

/** The mark in an item's JSON. */
export const markIn = (json: string): number => Number(/"mark":(\d+)/.exec(json)?.[1])
