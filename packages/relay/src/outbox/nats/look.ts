import type { StreamState } from '@nats-io/jetstream'
import { decodeFrame, type ItemHead } from './frame.ts'
import type { Link } from './link.ts'
import type { Names } from './names.ts'
import type { Queues } from './queues.ts'
import { type Counts, NO_COUNTS } from './view.ts'

/** What was seen. A stream that has no leader for now answers nothing: what it counts is missing. */
export type Sight = {
  seen: Partial<Counts>
  /** What could not be seen, and why. */
  unseen: ReadonlyMap<string, unknown>
}

/** Looks at the server: what the streams count by themselves. Rejects when it answers nothing at all. */
export const lookAt = async (link: Link, names: Names, queues: Queues): Promise<Sight> => {
  const stateOf = async (stream: string) => (await link.jsm.streams.info(stream)).state
  const everIn = async (stream: string) => everOf(await stateOf(stream))
  const items = async () => {
    const { last_seq: itemsEver, messages: held, first_seq } = await stateOf(names.items)
    return { itemsEver, held, first: held > 0 ? await firstFrom(link, names, first_seq) : undefined }
  }
  return sightOf([
    [names.items, items()],
    [names.letters, stateOf(names.letters).then(({ messages: buried }) => ({ buried }))],
    [names.burials, everIn(names.burials).then((buriedEver) => ({ buriedEver }))],
    [names.redriven, everIn(names.redriven).then((redriven) => ({ redriven }))],
    [names.requeued, everIn(names.requeued).then((requeued) => ({ requeued }))],
    [names.repeats, everIn(names.repeats).then((repeats) => ({ repeats }))],
    [`consumers of ${names.items}`, queues.counts().then((lanes) => ({ lanes }))],
  ])
}

/**
 * How many there were ever. Numbers that were never given do not count: of what is stored under a condition, copies of
 * 2.9.10 were seen to skip some, each of them others. What has grown too old went from the front, in order.
 */
export const everOf = ({
  last_seq,
  num_deleted = 0,
}: Pick<StreamState, 'last_seq' | 'num_deleted'>): number => last_seq - num_deleted

/** The same, with nothing missing. */
export const lookAtAll = async (...at: Parameters<typeof lookAt>): Promise<Counts> => {
  const { seen, unseen } = await lookAt(...at)
  for (const error of unseen.values()) throw error
  return { ...NO_COUNTS, ...seen }
}

const sightOf = async (looks: readonly (readonly [string, Promise<Partial<Counts>>])[]): Promise<Sight> => {
  const ends = await Promise.allSettled(looks.map(([, look]) => look))
  const unseen = new Map<string, unknown>()
  let seen: Partial<Counts> = {}
  for (const [at, end] of ends.entries()) {
    if (end.status === 'fulfilled') seen = { ...seen, ...end.value }
    else unseen.set(looks[at]?.[0] ?? '', end.reason)
  }
  const [first] = unseen.values()
  if (unseen.size === looks.length) throw first
  return { seen, unseen }
}

/** The first held item from a sequence number on. */
export const firstFrom = async ({ jsm }: Link, names: Names, seq: number): Promise<Counts['first']> => {
  const next = { seq, next_by_subj: names.subject.items }
  const message = await jsm.streams.getMessage(names.items, next)
  return message
    ? { seq: message.seq, receivedAt: decodeFrame<ItemHead>(message.data).head.receivedAt }
    : undefined
}
