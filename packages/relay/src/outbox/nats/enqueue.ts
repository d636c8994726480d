import { randomBytes } from 'node:crypto'
import { decodeFrame, encodeFrame, type ItemHead } from './frame.ts'
import type { Link } from './link.ts'
import type { Names } from './names.ts'

export type Enqueued = {
  seq: number
  /** False when it had been there before it was asked for. */
  isNew: boolean
}

/** @param copy the name of this copy, with a dot in it, when it may have been put before; it is looked for first */
export type Enqueue = (head: ItemHead, record: Uint8Array, copy?: string) => Promise<Enqueued>

/**
 * Puts an item into the work queue, under no condition: no message id, no expected sequence. The servers of a cluster
 * judge a condition each for itself, by what it remembers and still holds; two that judge differently number everything
 * that follows differently, and whoever removes by number then takes off another item than the one that was delivered. Seen of 2.9.10:
 * 100 of 9,000 lost. So an item may come to lie there twice, and the record of its nonce decides.
 */
export const createEnqueue = ({ js, jsm, persist }: Link, names: Names): Enqueue => {
  const seqOf = async (subject: string, copy: string): Promise<number | undefined> => {
    const message = await jsm.streams.getMessage(names.items, { last_by_subj: subject })
    const isIt = message && decodeFrame<ItemHead>(message.data).head.copy === copy
    return isIt ? message.seq : undefined
  }
  return (head, record, copy) => {
    const subject = names.subject.item(head.lane, head.nonce)
    const name = copy ?? randomBytes(6).toString('base64url')
    const frame = encodeFrame({ ...head, copy: name }, record)
    let tries = 0
    return persist(async () => {
      tries += 1
      // A try whose answer was lost may have stored it.
      const there = copy !== undefined || tries > 1 ? await seqOf(subject, name) : undefined
      if (there !== undefined) return { seq: there, isNew: tries > 1 }
      return { seq: (await js.publish(subject, frame)).seq, isNew: true }
    })
  }
}
