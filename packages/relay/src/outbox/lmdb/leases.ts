import type { Clock } from '../../clock.ts'
import { createLaneHand, indexOfPlace, type LaneHand, type Place, placeOf, seqOfPlace } from '../lane-hand.ts'
import type { EntryRef, Lane, LeasedEntry } from '../outbox.ts'
import { groupOfUnitKey, unitKey } from './keys.ts'
import type { LaneTable } from './lane-table.ts'
import { createOpenBatches } from './open-batches.ts'
import { rememberLast } from './remember-last.ts'
import type { Tables } from './store.ts'
import { decodeUnit, entryIn, type Unit, type UnitEntry, walkUnit } from './unit.ts'

/** Entries of a lane that wait in memory before the lane leases nothing new. */
export const MAX_WAITING = 1_000
/** The same when very many lanes have entries waiting. */
const FEW_WAITING = 16
const MANY_IN_ALL = 20_000

/** Who holds which entry. In memory only: after a restart every unsettled entry is due again. */
export interface Leases {
  lease(lane: Lane, max: number): LeasedEntry[]
  /** The group of an entry's batch; undefined when it is not leased. */
  groupOfLeased(ref: EntryRef): number | undefined
  /** Leases an entry wherever it is in its lane. @returns how to end the lease without a trace; undefined when it is leased */
  claim(ref: EntryRef, group: number): (() => void) | undefined
  release(ref: EntryRef): void
  /** Nobody reads the record for this entry any more, while its lease goes on until that is on disk. */
  doneReading(ref: EntryRef): void
  letGo(ref: EntryRef): void
  wait(ref: EntryRef, dueAt: number): void
  nextDueAt(lane: Lane): number | undefined
  /** The lane holds nothing any more. */
  forget(lane: Lane): void
  /** Records may have been changed where they lie. */
  readAnew(): void
  stop(): void
}

export type LeasesOptions = {
  tables: Tables
  lanes: LaneTable
  clock: Clock
  onDue: (lane: Lane) => void
}

/** A leased entry, and the batch it is in. */
type Found = { seq: number; entry: UnitEntry }

export const createLeases = ({ tables, lanes, clock, onDue }: LeasesOptions): Leases => {
  const hands = new Map<Lane, LaneHand>()
  const batches = createOpenBatches(tables.batches)
  const handOf = (lane: Lane): LaneHand => {
    const hand = hands.get(lane) ?? createLaneHand(clock, () => onDue(lane))
    hands.set(lane, hand)
    return hand
  }
  const placeOfRef = ({ seq, index }: EntryRef): Place => placeOf(seq, index)

  const takeDue = (hand: LaneHand, max: number): Place[] => {
    const places: Place[] = []
    while (places.length < max) {
      const place = hand.takeDue()
      if (place === undefined) break
      places.push(place)
    }
    return places
  }
  const mayWalk = (hand: LaneHand): boolean => {
    if (hand.waiting() < FEW_WAITING) return true
    if (hand.waiting() >= MAX_WAITING) return false
    let inAll = 0
    for (const { waiting } of hands.values()) inAll += waiting()
    return inAll < MANY_IN_ALL
  }
  /** Leases what comes next in the lane. */
  const walk = (slot: number, hand: LaneHand, max: number): Found[] => {
    const found: Found[] = []
    const isPassed = (seq: number, index: number): boolean =>
      placeOf(seq, index) < hand.cursor || hand.isLeased(placeOf(seq, index))
    const range = { start: unitKey(slot, hand.cursorGroup), end: unitKey(slot + 1, 0) }
    for (const { key, value } of max > 0 && mayWalk(hand) ? tables.units.getRange(range) : []) {
      const group = groupOfUnitKey(key)
      walkUnit(group, value, isPassed, (seq, entry) => {
        found.push({ seq, entry })
        advance(hand, placeOf(seq, entry.index), group)
        return found.length < max
      })
      if (found.length >= max) break
    }
    return found
  }
  const findAgain = (slot: number, hand: LaneHand, places: readonly Place[]): Found[] => {
    const readUnit = rememberLast((group) => unitAt(tables, slot, group))
    return places.map((place) => {
      const [seq, index] = [seqOfPlace(place), indexOfPlace(place)]
      const entry = entryIn(readUnit(hand.groupOfLeased(place) ?? seq), seq, index)
      if (!entry) throw new Error(`entry ${seq}/${index} is held and not there`)
      return { seq, entry }
    })
  }
  const read = (lane: Lane, found: readonly Found[]): LeasedEntry[] =>
    found.map(({ seq, entry }) => {
      const { record, entryAt } = batches.take(seq)
      const { index, attempts, triedMs, attempting } = entry
      const named = entryAt(index)
      if (!named) throw new Error(`entry ${seq}/${index} of ${lane} is held and not there`)
      const { kind, nonce } = named
      return { ref: { lane, seq, index }, kind, nonce, lane, index, record, attempts, triedMs, attempting }
    })
  return {
    lease(lane, max) {
      const row = lanes.row(lane)
      if (!row) return []
      const hand = handOf(lane)
      const due = takeDue(hand, max)
      return read(lane, [...findAgain(row.slot, hand, due), ...walk(row.slot, hand, max - due.length)])
    },
    groupOfLeased: (ref) => hands.get(ref.lane)?.groupOfLeased(placeOfRef(ref)),
    claim: (ref, group) => handOf(ref.lane).claim(placeOfRef(ref), group),
    release(ref) {
      const hand = hands.get(ref.lane)
      if (!hand?.isLeased(placeOfRef(ref))) return
      hand.release(placeOfRef(ref))
      batches.leave(ref.seq)
    },
    doneReading: ({ seq }) => batches.leave(seq),
    letGo: (ref) => hands.get(ref.lane)?.letGo(placeOfRef(ref)),
    wait: (ref, dueAt) => hands.get(ref.lane)?.wait(placeOfRef(ref), dueAt),
    nextDueAt: (lane) => hands.get(lane)?.nextDueAt(),
    forget(lane) {
      hands.get(lane)?.stop()
      hands.delete(lane)
    },
    readAnew: batches.forget,
    stop() {
      for (const hand of hands.values()) hand.stop()
    },
  }
}

const advance = (hand: LaneHand, place: Place, group: number): void => {
  hand.cursor = place + 1
  hand.cursorGroup = group
  hand.lease(place, group)
}

const unitAt = ({ units }: Tables, slot: number, group: number): Unit | undefined => {
  const bytes = units.getBinary(unitKey(slot, group))
  return bytes && decodeUnit(group, bytes)
}
