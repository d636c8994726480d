import type { Kind } from '@wmkt/protocol'
import type { Lane } from '../outbox.ts'
import { encodeFrame, type ItemHead } from './frame.ts'
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
    const record = { fingerprint, by: relay, ...freshState(lane), again: letter.seq }
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
  const { js, persist } = link
  const { kind, nonce, index, fingerprint, receivedAt } = letter
  const head: ItemHead = { kind, nonce, lane, index, fingerprint, receivedAt }
  const publish = (subject: string, msgID: string, payload?: Uint8Array) =>
    persist(() => js.publish(subject, payload, { msgID, expect: { lastSubjectSequence: 0 } })).catch(
      (error) => {
        if (!isWrongRevision(error)) throw error
        return undefined
      },
    )
  const put = await publish(names.subject.item(lane, nonce), `again.${from}`, encodeFrame(head, record))
  if (put && !put.duplicate) view.stored(lane, put.seq, receivedAt)
  const counted = await publish(names.subject.redriven(from), `${from}`)
  if (counted && !counted.duplicate) view.redriven()
}
