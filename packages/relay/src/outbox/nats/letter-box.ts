import type { Kind } from '@wmkt/protocol'
import type { DeadLetterFilter } from '../outbox.ts'
import { decodeFrame, encodeFrame, type Framed, type LetterHead } from './frame.ts'
import { isGone, type Link } from './link.ts'
import { letterOfSubject, type Names } from './names.ts'

export type StoredLetter = Framed<LetterHead> & { seq: number }

/** The dead letters: a stream with one message for each nonce and kind. */
export interface LetterBox {
  /** Its sequence number. */
  put(head: LetterHead, record: Uint8Array): Promise<number>
  read(nonce: string, kind?: Kind): Promise<StoredLetter | undefined>
  /** False when another was faster. */
  remove(seq: number): Promise<boolean>
  /** In order of nonce. */
  inOrder(after?: string): AsyncIterable<StoredLetter>
}

const KINDS: readonly Kind[] = ['event', 'interaction']
const NONCE = /^[\w-]{1,64}$/

export const createLetterBox = ({ js, jsm, persist }: Link, names: Names): LetterBox => {
  const stream = names.letters
  const get = async (subject: string): Promise<StoredLetter | undefined> => {
    const message = await jsm.streams.getMessage(stream, { last_by_subj: subject })
    return message ? { ...decodeFrame<LetterHead>(message.data), seq: message.seq } : undefined
  }
  const readOne = (kind: Kind, nonce: string) => persist(() => get(names.subject.letter(kind, nonce)))
  const subjects = async (): Promise<string[]> => {
    const wish = { subjects_filter: names.subject.letters }
    const { state } = await persist(() => jsm.streams.info(stream, wish))
    return Object.keys(state.subjects ?? {})
  }
  return {
    async put(head, record) {
      const subject = names.subject.letter(head.kind, head.nonce)
      let tries = 0
      return persist(async () => {
        tries += 1
        // After a try whose answer was lost: it may be there. Servers that judge message ids may come to differ.
        const there = tries > 1 ? await get(subject) : undefined
        if (there?.head.seq === head.seq) return there.seq
        return (await js.publish(subject, encodeFrame(head, record))).seq
      })
    },
    async read(nonce, kind) {
      if (!NONCE.test(nonce)) return undefined
      for (const of of kind ? [kind] : KINDS) {
        const letter = await readOne(of, nonce)
        if (letter) return letter
      }
      return undefined
    },
    remove: (seq) =>
      persist(() => jsm.streams.deleteMessage(stream, seq, false)).catch((error) => {
        if (isGone(error)) return false
        throw error
      }),
    async *inOrder(after) {
      const named = (await subjects()).map(letterOfSubject).sort(inNonceOrder)
      for (const { kind, nonce } of named) {
        if (after !== undefined && nonce <= after) continue
        const letter = await readOne(kind, nonce)
        if (letter) yield letter
      }
    },
  }
}

const inNonceOrder = (a: { kind: Kind; nonce: string }, b: { kind: Kind; nonce: string }): number =>
  a.nonce === b.nonce ? (a.kind < b.kind ? -1 : 1) : a.nonce < b.nonce ? -1 : 1

/**
 * Narrows letters that come in order of nonce to what was asked for. An event and an interaction may bear one nonce: a
 * page never parts them.
 */
export async function* pageOf(
  letters: AsyncIterable<StoredLetter>,
  { code, limit = Number.POSITIVE_INFINITY }: DeadLetterFilter,
): AsyncGenerator<StoredLetter> {
  let given = 0
  let last: string | undefined
  for await (const letter of letters) {
    const { nonce, code: its } = letter.head
    if (code !== undefined && its !== code) continue
    if (given >= limit && nonce !== last) return
    given += 1
    last = nonce
    yield letter
  }
}
