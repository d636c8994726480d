import { HOLD_CODES, type HoldCode } from '@wmkt/protocol/schema'
import type { StampedItem } from '../record.ts'

/** Why an event is kept back, to become a dead letter unsent. The field is one of its `data`, or `eventType`. */
export type Hold = { readonly code: HoldCode; readonly field: string }

/** An item as it is to be sent, or why it must not be. */
export type Outgoing = { readonly item: StampedItem } | { readonly hold: Hold }

/** For the dead letter: names the field and nothing of what it holds. */
export const holdMessage = ({ code, field }: Hold): string => `${field}: ${HOLD_CODES[code]}`
