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
  const queued = sightOf({
    [`consumers of ${names.items}`]: queues.counts().then((lanes) => ({ lanes })),
  })
  const streams = await sightOf(looksAt(link, names))
  // The server may wait for others before it lists consumers: nobody waits for that when it answers nothing else.
  if (Object.keys(streams.seen).length === 0) for (const error of streams.unseen.values()) throw error
  const { seen, unseen } = await queued
  return { seen: { ...streams.seen, ...seen }, unseen: new Map([...streams.unseen, ...unseen]) }
}

const looksAt = (link: Link, names: Names): Looks => {
  const stateOf = async (stream: string) => (await link.jsm.streams.info(stream)).state
  const everIn = async (stream: string) => everOf(await stateOf(stream))
  const items = async () => {
    const { last_seq: itemsEver, messages: held, first_seq } = await stateOf(names.items)
    return { itemsEver, held, first: held > 0 ? await firstFrom(link, names, first_seq) : undefined }
  }
  return {
    [names.items]: items(),
    [names.letters]: stateOf(names.letters).then(({ messages: buried }) => ({ buried })),
    [names.burials]: everIn(names.burials).then((buriedEver) => ({ buriedEver })),
    [names.redriven]: everIn(names.redriven).then((redriven) => ({ redriven })),
    [names.requeued]: everIn(names.requeued).then((requeued) => ({ requeued })),
    [names.repeats]: everIn(names.repeats).then((repeats) => ({ repeats })),
  }
}

type Looks = Record<string, Promise<Partial<Counts>>>

/** Waits for all of them, and never rejects. */
const sightOf = async (looks: Looks): Promise<Sight> => {
  const unseen = new Map<string, unknown>()
  const looked = Object.entries(looks).map(([at, look]) =>
    look.catch((error): Partial<Counts> => {
      unseen.set(at, error)
      return {}
    }),
  )
  return { seen: Object.assign({}, ...(await Promise.all(looked))), unseen }
}

/**
 * How many there were ever, but for numbers that were never given: of what is stored under a condition, copies of 2.9.10
 * were seen to skip some, each of them others. One that was skipped counts again once all before it has grown too old.
 */
const everOf = ({ last_seq, num_deleted = 0 }: Pick<StreamState, 'last_seq' | 'num_deleted'>): number =>
  last_seq - num_deleted

/** The same, with nothing missing. */
export const lookAtAll = async (...at: Parameters<typeof lookAt>): Promise<Counts> => {
  const { seen, unseen } = await lookAt(...at)
  for (const error of unseen.values()) throw error
  return { ...NO_COUNTS, ...seen }
}

/** The first held item from a sequence number on. */
export const firstFrom = async ({ jsm }: Link, names: Names, seq: number): Promise<Counts['first']> => {
  const next = { seq, next_by_subj: names.subject.items }
  const message = await jsm.streams.getMessage(names.items, next)
  return message
    ? { seq: message.seq, receivedAt: decodeFrame<ItemHead>(message.data).head.receivedAt }
    : undefined
}
