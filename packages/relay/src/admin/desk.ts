import { setImmediate as turn } from 'node:timers/promises'
import type { Kind } from '@wmkt/protocol'
import type { Person } from '../erase/person.ts'
import type { DeadLetter, DeadLetterFilter, EraseStep, Fate, Outbox } from '../outbox/outbox.ts'
import type { DecodeRecord, StampedItem } from '../record.ts'
import type { Sealing } from '../seal/open-sealing.ts'
import { redactedItem, redactedMessage } from './redact.ts'

/** A dead letter as a person sees it in a list. What the message repeats of the item is blotted out. */
export type LetterLine = Omit<DeadLetter, 'record' | 'index'>
/** `item`: undefined when its record cannot be read. */
export type LetterView = LetterLine & { item?: StampedItem }
/** `next`: what `after` must be to read on. */
export type LetterPage = { deadLetters: LetterLine[]; next?: string }

/** What a person can do with dead letters: over HTTP, or at the command line while no relay runs. */
export interface Desk {
  list(filter: DeadLetterFilter): Promise<LetterPage>
  /** Personal data are blotted out unless `reveal`. */
  show(nonce: string, options: { kind?: Kind; reveal?: boolean }): Promise<LetterView | undefined>
  /** How many there are. */
  buried(): Promise<number>
  redrive(nonce: string, kind?: Kind): Promise<boolean>
  drop(nonce: string, kind?: Kind): Promise<boolean>
  fate(nonce: string, kind?: Kind): Promise<Fate | undefined>
  /** A stretch of an erasure; `after`: `next` of the one before. */
  erase(erasure: Erasure): Promise<EraseStep>
}

export type Erasure = { person: Person; dryRun: boolean; after?: string }

export const MAX_PAGE = 1_000
const PAGE = 100
/** Records read before others get their turn: a page of large ones must not hold up collecting. */
const TURN_BYTES = 262_144

export type DeskParts = {
  outbox: Outbox
  sealing: Pick<Sealing, 'decode' | 'picker'>
  /** Of the relay that runs. */
  forwarder?: { giveWay(): void }
}

export const createDesk = ({ outbox, sealing, forwarder }: DeskParts): Desk => {
  const { decode, picker } = sealing
  const lineOf = (letter: DeadLetter): LetterLine => {
    const { record: _record, index: _index, ...line } = letter
    return { ...line, message: redactedMessage(line.message, itemOf(letter, decode)) }
  }
  return {
    async list({ limit = PAGE, ...filter }) {
      const size = Math.min(limit, MAX_PAGE)
      const deadLetters: LetterLine[] = []
      let bytes = 0
      for await (const letter of outbox.deadLetters({ ...filter, limit: size })) {
        deadLetters.push(lineOf(letter))
        bytes += letter.record.length
        if (bytes < TURN_BYTES) continue
        bytes = 0
        await turn()
      }
      const last = deadLetters.length >= size ? deadLetters.at(-1)?.nonce : undefined
      return { deadLetters, ...(last !== undefined && { next: last }) }
    },
    async show(nonce, { kind, reveal = false }) {
      const letter = await outbox.deadLetter(nonce, kind)
      if (!letter) return undefined
      const item = itemOf(letter, decode)
      const line = reveal ? { ...lineOf(letter), message: letter.message } : lineOf(letter)
      return { ...line, ...(item && { item: reveal ? item : redactedItem(item) }) }
    },
    buried: async () => outbox.ledger().buried,
    redrive: (nonce, kind) => outbox.redrive(nonce, kind),
    drop: (nonce, kind) => outbox.drop(nonce, kind),
    fate: async (nonce, kind) => redactedFate(await outbox.fate(nonce, kind)),
    erase: ({ person, dryRun, after }) =>
      outbox.erase({ picker: picker(person), dryRun, after, makeWay: forwarder?.giveWay }),
  }
}

/** Told by nonce alone, without the item at hand: a buried one's message stays with its letter. */
export const redactedFate = (fate: Fate | undefined): Fate | undefined =>
  fate?.state === 'buried' ? { ...fate, message: redactedMessage(fate.message, undefined) } : fate

const itemOf = ({ record, index }: DeadLetter, decode: DecodeRecord): StampedItem | undefined => {
  try {
    return decode(record)[index]
  } catch {
    return undefined
  }
}
