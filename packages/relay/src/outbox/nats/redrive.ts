import type { Kind } from '@wmkt/protocol'
import type { Lane } from '../outbox.ts'
import { createEnqueue } from './enqueue.ts'
import { type ItemHead, REDRIVEN } from './frame.ts'
import { freshState } from './item-record.ts'
import type { LetterBox, StoredLetter } from './letter-box.ts'
import { isWrongRevision, type Link } from './link.ts'
import { type Names, nonceKeyOf } from './names.ts'
import type { NonceBucket } from './nonce-bucket.ts'
import type { Queues } from './queues.ts'
import type { View } from './view.ts'

export type LetterParts = {
  relay: string
  link: Link
  names: Names
  queues: Queues
  nonces: NonceBucket
  letters: LetterBox
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
   * A redrive that was cut short leaves the letter, and is done again from where it was.
   */
  const markHeld = async (letter: StoredLetter, lane: Lane): Promise<boolean> => {
    const known = await nonces.read(nonceKeyOf(letter.head))
    if (known?.record.state === 'held') return known.record.again === letter.seq
    if (known && known.record.state !== 'buried') return false
    const { fingerprint } = letter.head
    const seq = known?.record.seq
    const its = { fingerprint, by: relay, ...(seq !== undefined && { seq }) }
    const record = { ...its, ...freshState(lane), again: letter.seq }
    const revision = await nonces.write(nonceKeyOf(letter.head), record, known?.revision ?? 0)
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
    const record = { fingerprint: letter.head.fingerprint, by: relay, state: 'dropped' } as const
    if (!known || known.record.state === 'buried') await nonces.write(key, record, known?.revision ?? 0)
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
  { head: letter, record, seq: from }: StoredLetter,
  lane: Lane,
): Promise<void> => {
  const { link, names, view } = parts
  const { kind, nonce, index, fingerprint, receivedAt } = letter
  const head: ItemHead = { kind, nonce, lane, index, fingerprint, receivedAt }
  // Counted first: once the item is there it may be delivered, and a redrive that is done again finds nothing to do.
  await countRedriven(parts, from)
  const { seq, isNew } = await createEnqueue(link, names)(head, record, `${REDRIVEN}${from}`)
  if (isNew) view.stored(lane, seq, receivedAt)
}

/** Once, however often a redrive is done again. */
const countRedriven = async ({ link, names, view }: LetterParts, from: number): Promise<void> => {
  const once = { expect: { lastSubjectSequence: 0 } }
  try {
    await link.persist(() => link.js.publish(names.subject.redriven(from), undefined, once))
  } catch (error) {
    if (isWrongRevision(error)) return
    throw error
  }
  view.redriven()
}
