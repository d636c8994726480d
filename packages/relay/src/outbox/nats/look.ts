import { decodeFrame, type ItemHead } from './frame.ts'
import type { Link } from './link.ts'
import type { Names } from './names.ts'
import type { Queues } from './queues.ts'
import type { Counts } from './view.ts'

/** Looks at the server: what the streams count by themselves. */
export const lookAt = async (link: Link, names: Names, queues: Queues): Promise<Counts> => {
  const stateOf = async (stream: string) => (await link.jsm.streams.info(stream)).state
  const [items, letters, burials, redriven, requeued, repeats, lanes] = await Promise.all([
    stateOf(names.items),
    stateOf(names.letters),
    stateOf(names.burials),
    stateOf(names.redriven),
    stateOf(names.requeued),
    stateOf(names.repeats),
    queues.counts(),
  ])
  return {
    itemsEver: items.last_seq,
    held: items.messages,
    buriedEver: burials.last_seq,
    buried: letters.messages,
    redriven: redriven.last_seq,
    requeued: requeued.last_seq,
    repeats: repeats.last_seq,
    lanes,
    first: items.messages > 0 ? await firstFrom(link, names, items.first_seq) : undefined,
  }
}

/** The first held item from a sequence number on. */
export const firstFrom = async ({ jsm }: Link, names: Names, seq: number): Promise<Counts['first']> => {
  const next = { seq, next_by_subj: names.subject.items }
  const message = await jsm.streams.getMessage(names.items, next)
  return message
    ? { seq: message.seq, receivedAt: decodeFrame<ItemHead>(message.data).head.receivedAt }
    : undefined
}
