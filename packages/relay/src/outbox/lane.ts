import type { Kind } from '@wmkt/protocol'
import type { Lane } from './outbox.ts'

/** Lanes with a name of their own. Event types are strings a stranger may choose: beyond this, lanes are shared. */
export const MAX_NAMED_LANES = 1_024
/** Lanes that share what came after. */
export const OVERFLOW_LANES = 64

/**
 * The lane of an item: what is delivered, paused and parked together.
 *
 * @param eventType of an event; an interaction has none
 */
export const laneOf = (kind: Kind, eventType?: string): Lane => `${kind}:${eventType ?? ''}`

/**
 * A lane shared by hash with others of its kind, for when the named ones are taken: `event:*17`. What memory a lane
 * costs is thereby bounded, whatever event types arrive.
 */
export const overflowLaneOf = (lane: Lane): Lane => {
  const kind = lane.slice(0, lane.indexOf(':') + 1)
  return `${kind}*${hash(lane) % (OVERFLOW_LANES / 2)}`
}

/** FNV-1a over UTF-16 units. It spreads; it does not withstand an attacker, and need not. */
const hash = (text: string): number => {
  let state = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
  return state >>> 0
}
