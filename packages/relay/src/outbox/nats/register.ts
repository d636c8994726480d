import { isCopy, roundOf } from './copy.ts'
import type { ItemHead, LetterHead } from './frame.ts'
import type { ItemRecord } from './item-record.ts'
import { isWrongRevision, type Link } from './link.ts'
import { type Names, nonceKeyOf } from './names.ts'
import type { View } from './view.ts'

type Place = { head: ItemHead; seq: number }

/**
 * Counts what sequence numbers alone do not tell, each of it once, however many relays do the same: a message on a
 * subject that may have but one. All is counted before its trace goes (an item its queue, a letter its stream), so
 * whoever dies leaves nothing uncounted.
 */
export interface Register {
  /** An item that is in the queue although another of its nonce is or was. */
  copy(seq: number): Promise<void>
  /** An item that a redrive put there: of several of one round the first counts as redriven, the others as copies. */
  redriven(item: Place): Promise<void>
  /** A round that ends in a letter, before that is written: it may be written twice, by a relay that was long silent. */
  burial(letter: Pick<LetterHead, 'kind' | 'nonce' | 'round'>): Promise<void>
  /** An item that is about to leave the queue. */
  leaving(item: Place, record: ItemRecord): Promise<void>
}

export type RegisterParts = {
  link: Link
  names: Names
  /** Told at once what was counted here. */
  view?: Pick<View, 'burial' | 'redriven' | 'requeued'>
}

export const createRegister = ({ link, names, view }: RegisterParts): Register => {
  const { js, jsm, persist } = link
  /** False when it has been counted. */
  const count = async (subject: string, text = ''): Promise<boolean> => {
    try {
      await persist(() => js.publish(subject, Buffer.from(text), { expect: { lastSubjectSequence: 0 } }))
      return true
    } catch (error) {
      if (isWrongRevision(error)) return false
      throw error
    }
  }
  const copy = async (seq: number) => {
    if (await count(names.subject.requeuedAt(seq))) view?.requeued()
  }
  const redriven = async ({ head, seq }: Place) => {
    const subject = names.subject.redrivenOf(nonceKeyOf(head), roundOf(head))
    if (await count(subject, String(seq))) return view?.redriven()
    const first = await persist(() => jsm.streams.getMessage(names.redriven, { last_by_subj: subject }))
    if (first && Buffer.from(first.data).toString() !== String(seq)) await copy(seq)
  }
  return {
    copy,
    redriven,
    async burial(letter) {
      if (await count(names.subject.burialOf(nonceKeyOf(letter), letter.round ?? 0))) view?.burial()
    },
    async leaving(item, record) {
      if (roundOf(item.head) > 0) return redriven(item)
      if (isCopy(item, record)) await copy(item.seq)
    },
  }
}
