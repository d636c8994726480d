import type { Kind } from '@wmkt/protocol'
import type { Lane } from '../outbox.ts'
import { redrivenFor } from './copy.ts'
import { createEnqueue } from './enqueue.ts'
import type { ItemHead } from './frame.ts'
import { freshState, type ItemRecord, roundAndSeqOf } from './item-record.ts'
import type { LetterBox, StoredLetter } from './letter-box.ts'
import type { Link } from './link.ts'
import { type Names, nonceKeyOf } from './names.ts'
import type { NonceBucket } from './nonce-bucket.ts'
import type { Queues } from './queues.ts'
import type { Register } from './register.ts'
import type { View } from './view.ts'

export type LetterParts = {
  relay: string
  link: Link
  names: Names
  queues: Queues
  nonces: NonceBucket
  letters: LetterBox
  register: Register
  view: View
  onPut: (lanes: ReadonlySet<Lane>) => void
}

/** A person's decisions about dead letters. False when there is no such letter. */
export interface Decisions {
  redrive(nonce: string, kind?: Kind): Promise<boolean>
  drop(nonce: string, kind?: Kind): Promise<boolean>
}

export const createDecisions = (parts: LetterParts): Decisions => {
  const { relay, letters, nonces, view, onPut } = parts

  const remove = async ({ seq }: StoredLetter): Promise<boolean> => {
    if (!(await letters.remove(seq))) return false
    view.letterGone()
    return true
  }
  /**
   * The record first: an item that came into the queue before its record said so would be taken off again as buried.
   * A redrive that was cut short leaves the letter, and is done again from where it was; also when a relay that was long
   * silent has meanwhile told that it delivered the item of before: the one to come is taken off then, and makes the counts right.
   */
  const markHeld = async (letter: StoredLetter, lane: Lane): Promise<boolean> => {
    const key = nonceKeyOf(letter.head)
    const { fingerprint, round = 0 } = letter.head
    const known = await nonces.read(key)
    if (known?.record.round === round + 1 && known.record.state !== 'dropped') return true
    if (known && !isLetterOf(letter, known.record)) return false
    const its = { ...roundAndSeqOf(known?.record ?? {}), fingerprint, by: relay, round: round + 1 }
    const revision = await nonces.write(key, { ...freshState(lane), ...its }, known?.revision ?? 0)
    return revision === undefined ? markHeld(letter, lane) : true
  }
  const redrive = async (letter: StoredLetter): Promise<boolean> => {
    const lane = await parts.queues.enter(letter.head.lane)
    if (await markHeld(letter, lane)) {
      await putBack(parts, letter, lane)
      onPut(new Set([lane]))
    }
    return remove(letter)
  }
  const drop = async (letter: StoredLetter): Promise<boolean> => {
    const key = nonceKeyOf(letter.head)
    const known = await nonces.read(key)
    const its = { ...roundAndSeqOf(known?.record ?? {}), fingerprint: letter.head.fingerprint, by: relay }
    if (!known || isLetterOf(letter, known.record))
      await nonces.write(key, { ...its, state: 'dropped' }, known?.revision ?? 0)
    return remove(letter)
  }
  const withLetter =
    (decide: (letter: StoredLetter) => Promise<boolean>) => async (nonce: string, kind?: Kind) => {
      const letter = await letters.read(nonce, kind)
      return letter !== undefined && decide(letter)
    }
  return { redrive: withLetter(redrive), drop: withLetter(drop) }
}

const putBack = async (
  parts: LetterParts,
  { head: letter, record }: StoredLetter,
  lane: Lane,
): Promise<void> => {
  const { link, names, register, view } = parts
  const { kind, nonce, index, fingerprint, receivedAt, round = 0 } = letter
  const copy = redrivenFor(round + 1)
  const head: ItemHead = { kind, nonce, lane, index, fingerprint, receivedAt, copy }
  const { seq, isNew } = await createEnqueue(link, names)(head, record, copy)
  if (isNew) view.stored(lane, seq, receivedAt)
  await register.redriven({ head, seq })
}

/** Not so when the nonce has been redriven since, and buried anew. */
const isLetterOf = ({ head }: StoredLetter, record: ItemRecord): boolean =>
  record.state === 'buried' && (record.round ?? 0) === (head.round ?? 0)
