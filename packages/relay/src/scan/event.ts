import { MAX_EVENT_TYPE_LENGTH } from '@wmkt/protocol'
import type { EventLayout } from '../layout.ts'
import { laneOf } from '../outbox/lane.ts'
import type { Lane, NewEntry } from '../outbox/outbox.ts'
import type { Body } from './body.ts'
import { isKnownAt, knownText } from './known-text.ts'
import { createNames } from './names.ts'
import { endOfNumber } from './number.ts'
import type { PlainType, PlainTypes } from './plain-type.ts'
import { createSpanHash } from './span-hash.ts'
import { CLOSE_OBJECT, COMMA, endOfBareText, NOT_PLAIN, OPEN_OBJECT, QUOTE } from './text.ts'
import { endOfNonce, endOfTrackerId } from './tokens.ts'
import { endOfValue, fullBudget } from './value.ts'

/** An event with nothing about it that a parser might refuse or mend, nor a verdict find fault with. */
export type PlainEvent = NewEntry & { eventType: string }

export interface EventScanner {
  /** Reads the event whose brace is at `from`. Returns where it ends, or NOT_PLAIN. */
  read(body: Body, from: number, types: PlainTypes): number
  /** The one read last; `index`: its position in the batch. */
  event(index: number): PlainEvent
  /** Where that one lies, from its brace at `from` to `to`, behind it. */
  layout(from: number, to: number): EventLayout
}

/** As a tag puts them: each is looked for first behind the one before it. */
const MEMBERS = ['trackerId', 'occurredAt', 'kind', 'nonce', 'eventType', 'data'] as const
const HEADS = MEMBERS.map((name) => knownText(`"${name}":`))
const [TRACKER_ID, OCCURRED_AT, KIND, NONCE, EVENT_TYPE, DATA] = [0, 1, 2, 3, 4, 5]
const NEEDED = (1 << KIND) | (1 << NONCE) | (1 << EVENT_TYPE) | (1 << DATA)
const EVENT = knownText('"event"')
/** Event types known by their bytes. A stranger may name any: what is beyond is made a text of each time. */
const MAX_NAMES = 512

type Name = { eventType: string; lane: Lane }

export const createEventScanner = (): EventScanner => {
  const names = createNames<Name>()
  const hash = createSpanHash()
  let name: Name | undefined
  let nonce = ''
  let kindFrom = 0
  let timeFrom = 0
  let timeTo = 0
  let hasTracker = false

  const nameAt = (bytes: Buffer, from: number, to: number): Name => {
    const known = names.find(bytes, from, to)
    if (known) return known
    const eventType = bytes.toString('utf8', from, to)
    const made = { eventType, lane: laneOf('event', eventType) }
    if (names.size() < MAX_NAMES) names.add(Buffer.from(bytes.subarray(from, to)), made)
    return made
  }
  const readKind = (body: Body, from: number): number =>
    isKnownAt(body, from, EVENT) ? from + EVENT.length : NOT_PLAIN
  const readNonce = (bytes: Buffer, from: number): number => {
    const end = endOfNonce(bytes, from)
    if (end !== NOT_PLAIN) nonce = bytes.toString('latin1', from + 1, end - 1)
    return end
  }
  const readEventType = (body: Body, from: number): number => {
    const end = body.bytes[from] === QUOTE ? endOfBareText(body, from + 1) : NOT_PLAIN
    const length = end - from - 1
    // Bytes, not characters: a name that is longer in the one than it may be in the other is for the parser.
    if (end === NOT_PLAIN || length === 0 || length > MAX_EVENT_TYPE_LENGTH) return NOT_PLAIN
    name = nameAt(body.bytes, from + 1, end)
    hash.begin()
    hash.absorb(body, from, end + 1)
    return end + 1
  }
  const readData = (body: Body, from: number, types: PlainTypes): number => {
    const type = name && types(name.eventType)
    const end = type ? endOfData(body, from, type) : NOT_PLAIN
    if (end !== NOT_PLAIN) hash.absorb(body, from, end)
    return end
  }
  const readMember = (body: Body, member: number, from: number, types: PlainTypes): number => {
    switch (member) {
      case KIND:
        return readKind(body, from)
      case NONCE:
        return readNonce(body.bytes, from)
      case EVENT_TYPE:
        return readEventType(body, from)
      case OCCURRED_AT:
        return endOfNumber(body.bytes, from)
      case TRACKER_ID:
        return endOfTrackerId(body.bytes, from)
      default:
        return readData(body, from, types)
    }
  }

  const begin = () => {
    name = undefined
    timeFrom = 0
    hasTracker = false
  }
  /** Where a member lies, with the brace or comma before it. */
  const note = (member: number, from: number, to: number) => {
    if (member === KIND) kindFrom = from
    else if (member === TRACKER_ID) hasTracker = true
    else if (member === OCCURRED_AT) {
      timeFrom = from
      timeTo = to
    }
  }

  return {
    read(body, from, types) {
      const { bytes } = body
      begin()
      let seen = 0
      let member = NOT_PLAIN
      if (bytes[from] !== OPEN_OBJECT) return NOT_PLAIN
      for (let at = from + 1; ; at += 1) {
        const memberFrom = at - 1
        member = memberAt(body, at, member + 1, seen)
        if (member === NOT_PLAIN) return NOT_PLAIN
        seen |= 1 << member
        at = readMember(body, member, at + (HEADS[member]?.length ?? 0), types)
        if (at === NOT_PLAIN) return NOT_PLAIN
        note(member, memberFrom, at)
        if (bytes[at] === CLOSE_OBJECT) return (seen & NEEDED) === NEEDED ? at + 1 : NOT_PLAIN
        if (bytes[at] !== COMMA) return NOT_PLAIN
      }
    },
    event: (index) => ({
      index,
      kind: 'event',
      nonce,
      lane: name?.lane ?? '',
      fingerprint: hash.end(),
      eventType: name?.eventType ?? '',
    }),
    layout: (from, to) => ({
      from,
      to,
      kindFrom,
      timeFrom: timeFrom || to,
      timeTo: timeFrom ? timeTo : to,
      hasTracker,
    }),
  }
}

/** Which member begins here, of those not seen yet; most likely the one that comes next. */
const memberAt = (body: Body, at: number, next: number, seen: number): number => {
  for (let tried = 0; tried < HEADS.length; tried += 1) {
    const member = (next + tried) % HEADS.length
    const head = (seen & (1 << member)) === 0 ? HEADS[member] : undefined
    if (head && isKnownAt(body, at, head)) return member
  }
  return NOT_PLAIN
}

/** Where the data end that begin at `from`, if they are plain and of the type. */
const endOfData = (body: Body, from: number, type: PlainType): number => {
  const { bytes } = body
  const budget = fullBudget()
  type.begin()
  if (bytes[from] !== OPEN_OBJECT) return NOT_PLAIN
  if (bytes[from + 1] === CLOSE_OBJECT) return type.isWhole() ? from + 2 : NOT_PLAIN
  for (let at = from + 1; ; at += 1) {
    const value = type.readKey(body, at, budget)
    const end = value === NOT_PLAIN ? NOT_PLAIN : endOfValue(body, value, 1, budget)
    if (end === NOT_PLAIN || !type.takes(body, value, end)) return NOT_PLAIN
    if (bytes[end] === CLOSE_OBJECT) return type.isWhole() ? end + 1 : NOT_PLAIN
    if (bytes[end] !== COMMA) return NOT_PLAIN
    at = end
  }
}
