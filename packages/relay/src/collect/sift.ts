import { ITEM_CODES, type Item, MAX_ITEM_BYTES, type Rejection } from '@wmkt/protocol'
import { parseItem } from '@wmkt/protocol/parse'
import { laneOf } from '../outbox/lane.ts'
import type { NewEntry } from '../outbox/outbox.ts'
import type { PlainEvent } from '../scan/event.ts'
import type { Frame } from '../scan/frame.ts'
import type { Hold } from '../schema/hold.ts'
import type { Validation } from '../schema/validation.ts'
import type { Content } from './content.ts'
import { fingerprintOf } from './fingerprint.ts'

export type ItemPolicy = {
  /** Who may post offline interactions. */
  interactions: 'off' | 'origins' | 'key'
  /** Event types that callers without a key may post; undefined: all. */
  browserEventTypes?: ReadonlySet<string> | undefined
  /** Whether events fit their event type. @default nobody looks */
  judge?: Pick<Validation, 'prepare' | 'holdOf' | 'glance' | 'passed'> | undefined
}

export type Sifted = {
  entries: readonly NewEntry[]
  rejected: Rejection[]
  /** What will be kept back when its turn comes, by position in the batch; undefined when there is none. */
  holds: Map<number, Hold> | undefined
  trackersDropped: number
}

/** Items → what may enter the outbox, and why the rest may not. One bad item costs itself. */
export const sift = ({ items, frame, keyed, bodyBytes }: Items, policy: ItemPolicy): Sifted => {
  const sifted: Sifting = { entries: [], rejected: [], holds: undefined, trackersDropped: 0 }
  const company = { bodyBytes, consent: frame.consent, keyed }
  for (const [index, value] of items.entries()) siftOne(sifted, value, index, company, policy)
  return sifted
}

/** Plain events all enter. */
export const siftPlain = (events: readonly PlainEvent[], policy: ItemPolicy): Sifted => {
  policy.judge?.passed(events)
  return { entries: events, rejected: [], holds: undefined, trackersDropped: 0 }
}

/** In the making. */
type Sifting = Sifted & { entries: NewEntry[] }

type Items = Content & { kind: 'items' }

const judge = (sifted: Sifting, item: Item, index: number, policy: ItemPolicy): void => {
  const hold = policy.judge?.holdOf(item)
  if (hold) sifted.holds = (sifted.holds ?? new Map()).set(index, hold)
}

const siftOne = (
  sifted: Sifting,
  value: unknown,
  index: number,
  company: Company,
  policy: ItemPolicy,
): void => {
  const parsed = parseItem(value)
  if (!parsed.ok) {
    const { ok: _, ...why } = parsed
    sifted.rejected.push({ index, ...why })
    return
  }
  const { item } = parsed
  const rejection = refusalOf(item, index, company, policy)
  if (rejection) sifted.rejected.push(rejection)
  else {
    sifted.entries.push(entryOf(item, index))
    judge(sifted, item, index, policy)
  }
  if (parsed.trackerDropped) sifted.trackersDropped += 1
}

const entryOf = (item: Item, index: number): NewEntry => ({
  index,
  kind: item.kind,
  nonce: item.nonce,
  lane: laneOf(item.kind, item.kind === 'event' ? item.eventType : undefined),
  fingerprint: fingerprintOf(item),
})

type RefusalCode = 'CONSENT_DENIED' | 'ITEM_TOO_LARGE' | 'EVENT_TYPE_REFUSED' | 'INTERACTIONS_OFF'

/** What an item came with. */
type Company = { bodyBytes: number; consent: Frame['consent']; keyed: boolean }

const refusalOf = (
  item: Item,
  index: number,
  company: Company,
  policy: ItemPolicy,
): Rejection | undefined => {
  const code = codeOf(item, company, policy)
  return code && { index, nonce: item.nonce, code, message: ITEM_CODES[code] }
}

const codeOf = (
  item: Item,
  { bodyBytes, consent = 'granted', keyed }: Company,
  policy: ItemPolicy,
): RefusalCode | undefined => {
  if (consent !== 'granted') return 'CONSENT_DENIED'
  // A body that fits into one item has none that is larger.
  if (bodyBytes > MAX_ITEM_BYTES && Buffer.byteLength(JSON.stringify(item)) > MAX_ITEM_BYTES)
    return 'ITEM_TOO_LARGE'
  return policyRefusal(item, keyed, policy)
}

const policyRefusal = (
  item: Item,
  keyed: boolean,
  { interactions, browserEventTypes }: ItemPolicy,
): RefusalCode | undefined => {
  if (item.kind === 'event')
    return keyed || !browserEventTypes || browserEventTypes.has(item.eventType)
      ? undefined
      : 'EVENT_TYPE_REFUSED'
  return interactions === 'origins' || (interactions === 'key' && keyed) ? undefined : 'INTERACTIONS_OFF'
}
