import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Settlement } from '../outbox.ts'
import { roundOf } from './copy.ts'
import type { ItemHead } from './frame.ts'
import type { Hands, InHand } from './hands.ts'
import {
  type BuriedState,
  clashOf,
  type ItemRecord,
  type ItemState,
  roundAndSeqOf,
  stateAfter,
} from './item-record.ts'
import type { LetterBox } from './letter-box.ts'
import { nonceKeyOf } from './names.ts'
import type { NonceBucket } from './nonce-bucket.ts'
import type { Register } from './register.ts'
import type { Remove } from './remove.ts'
import type { View } from './view.ts'

export type SettleParts = {
  /** Signs what this relay writes. */
  relay: string
  nonces: NonceBucket
  letters: LetterBox
  register: Register
  remove: Remove
  hands: Hands
  view: View
  clock: Clock
  log: Log
}

/** The lease ran out, and another relay has gone on with the item: no attempt may be begun on it here. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** An item as it lies in the work queue. */
export type Handed = { head: ItemHead; seq: number; record: Uint8Array }

export interface Settle {
  /** Rejects with LeaseLost when a mark came too late. */
  settle(item: InHand, settlement: Settlement): Promise<void>
  /** Ends what somebody began and did not live to end: the record says that the item is done with. */
  finish(handed: Handed, state: ItemRecord): Promise<void>
}

const NO_BYTES = new Uint8Array()
/** Waits longer than this are given back to the server, with the time to wait. */
const FAR_MS = 60_000

/**
 * Carries settlements out: first what became of the nonce is written, then the item removed. Whoever dies in between
 * leaves an item that is handed out again, and whose record says that it is done.
 */
export const createSettle = (parts: SettleParts): Settle => {
  const { relay, nonces, letters, register, remove, hands, view, clock, log } = parts

  /** True once the state is written; false when another relay has gone on with the item. */
  const write = async (item: InHand, state: ItemState): Promise<boolean> => {
    const key = nonceKeyOf(item.entry)
    for (;;) {
      // Of two copies in one relay's hands, each signs for itself.
      const by = `${relay}/${item.entry.ref.seq}/${item.revision}`
      const { seq = item.entry.ref.seq, fingerprint } = item.record
      const record = { ...state, ...roundAndSeqOf(item.record), fingerprint, by, seq }
      const revision = await nonces.write(key, record, item.revision)
      const isSure = revision !== undefined && !attemptBegins(state)
      const now = isSure ? { record, revision } : await nonces.read(key)
      const clash = clashOf(state, by, now?.record)
      if (clash === 'lost') return false
      item.revision = now?.revision ?? 0
      if (now?.record.state === 'held') item.record = now.record
      if (clash === 'again') continue
      return true
    }
  }
  /** Off the work queue. What stays in it is handed out again, and its record says that it is done. */
  const takeOff = async ({ head, seq }: Handed) => {
    const stays = (err: unknown) => void log.debug({ err }, 'what is done stays in the queue for now')
    if (await remove(seq).catch(stays)) view.left(head.lane)
  }
  const writeLetter = async ({ head: { copy, ...head }, seq, record }: Handed, state: BuriedState) => {
    const { code, message, attempts, at: buriedAt } = state
    const round = roundOf({ copy })
    await register.burial({ ...head, round })
    // What somebody erased is not to come back in its letter.
    const bytes = code === 'ERASED' ? NO_BYTES : record
    const letter = await letters.put({ ...head, seq, round, code, message, attempts, buriedAt }, bytes)
    view.buried()
    // Whoever was long silent in between may come after a person who has decided on another relay's letter.
    const now = (await nonces.read(nonceKeyOf(head)))?.record
    if (now && !isLetterWanted(now, round)) await removeLetter(letter)
  }
  const removeLetter = async (seq: number) => {
    if (await letters.remove(seq)) view.letterGone()
  }
  /** A redrive that was cut short has left the letter of the round before. */
  const removeOldLetter = async ({ head }: Handed) => {
    const round = roundOf(head)
    const letter = round > 0 ? await letters.read(head.nonce, head.kind) : undefined
    if (letter && (letter.head.round ?? 0) < round) await removeLetter(letter.seq)
  }
  /** Whether this one is to become a letter, and has not yet. */
  const isLetterMissing = async ({ head }: Handed, record: ItemRecord): Promise<boolean> => {
    const round = roundOf(head)
    if (head.fingerprint !== record.fingerprint || round !== (record.round ?? 0)) return false
    const letter = await letters.read(head.nonce, head.kind)
    return !letter || (letter.head.round ?? 0) < round
  }
  const wait = (item: InHand, dueAt: number) => {
    const waitMs = dueAt - clock.now()
    if (waitMs <= FAR_MS) return hands.keep(item, dueAt)
    hands.drop(item)
    item.delivery.giveBack(waitMs)
  }
  const leave = async (handed: Handed, record: ItemRecord) => {
    await register.leaving(handed, record)
    await removeOldLetter(handed)
  }
  const carryOut = async (item: InHand, settlement: Settlement, state: ItemState) => {
    if (settlement.type === 'mark') return
    if (settlement.type === 'retry') return wait(item, settlement.dueAt)
    if (state.state === 'buried') await writeLetter(handedOf(item), state)
    await leave(handedOf(item), item.record)
    hands.drop(item)
    await takeOff(handedOf(item))
  }
  const lose = (item: InHand, settlement: Settlement) => {
    hands.drop(item)
    log.warn({ lane: item.head.lane }, 'a lease ran out: another relay has gone on with the item')
    if (settlement.type === 'mark') throw new LeaseLost('another relay has gone on with the item')
  }
  return {
    async settle(item, settlement) {
      const state = stateAfter(item.record, settlement, clock.now())
      if (await write(item, state)) await carryOut(item, settlement, state)
      else lose(item, settlement)
    },
    async finish(handed, state) {
      if (state.state === 'buried' && (await isLetterMissing(handed, state))) await writeLetter(handed, state)
      await leave(handed, state)
      await takeOff(handed)
    },
  }
}

/**
 * Then the record is read again before anything is delivered: in a cluster of 2.9.10 the leader compares revisions
 * when a change comes in, not when it is carried out, and two that come at the same moment are both answered well.
 */
const attemptBegins = (state: ItemState): boolean => state.state === 'held' && state.attempting

/** A letter of this round: while it is buried, and while a redrive of it may not be done yet. */
const isLetterWanted = ({ state, round: now = 0 }: ItemRecord, round: number): boolean =>
  (state === 'buried' && now === round) || (state === 'held' && now === round + 1)

const handedOf = ({ head, entry }: InHand): Handed => ({ head, seq: entry.ref.seq, record: entry.record })
