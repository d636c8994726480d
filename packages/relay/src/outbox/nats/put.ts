import { type Intake, type Lane, type NewEntry, OutboxFull, type PutOutcome } from '../outbox.ts'
import { orWhole, type Placed, type Single } from '../single.ts'
import { decodeFrame, encodeFrame, type ItemHead } from './frame.ts'
import { freshState } from './item-record.ts'
import { isWrongRevision, type Link } from './link.ts'
import { type Names, nonceKeyOf } from './names.ts'
import type { NonceBucket } from './nonce-bucket.ts'
import type { Queues } from './queues.ts'
import type { View } from './view.ts'

export type PutParts = {
  link: Link
  names: Names
  queues: Queues
  nonces: NonceBucket
  view: View
  single: Single
  maxBacklog: number
  /** Lanes that got entries. */
  onPut: (lanes: ReadonlySet<Lane>) => void
}

/** How a nonce stands after a put: whether this put stored it, and the fingerprint that counts. */
type Standing = { stored: boolean; fingerprint: string }

const textOf = (fingerprint: Uint8Array): string =>
  Buffer.from(fingerprint.buffer, fingerprint.byteOffset, fingerprint.byteLength).toString('base64url')

/**
 * Stores what of an intake is new: the item, acknowledged by the server, then its nonce. Three things keep a repeat
 * out, each where the one before cannot see: the bucket of nonces for 30 days; the item's own subject while it is
 * held, though the relay that took it died before it wrote the nonce; its message id for the time between two steps.
 */
export const createPut = (parts: PutParts): ((intake: Intake) => Promise<PutOutcome[]>) => {
  const { nonces, queues, view, maxBacklog, onPut } = parts
  const store = createStore(parts)
  return async (intake) => {
    const firsts = firstOfEach(intake.entries)
    const known = await allOf(firsts, async (key) => (await nonces.read(key))?.record.fingerprint)
    const fresh = new Map([...firsts].filter(([key]) => known.get(key) === undefined))
    if (fresh.size > 0 && view.counts().held >= maxBacklog) throw new OutboxFull('backlog')
    const lanes = await lanesFor(fresh, queues)
    const cut = orWhole(parts.single)(intake.record)
    const standings = await allOf(firsts, async (key, entry): Promise<Standing> => {
      const fingerprint = known.get(key)
      if (fingerprint !== undefined) return { stored: false, fingerprint }
      return store(entry, lanes.get(entry.lane) ?? entry.lane, cut(entry.index), intake.receivedAt)
    })
    const outcomes = intake.entries.map((entry) => {
      const key = nonceKeyOf(entry)
      return outcomeOf(entry, standings.get(key), firsts.get(key) === entry)
    })
    await countRepeats(parts, outcomes)
    const stored = [...firsts].filter(([key]) => standings.get(key)?.stored).map(([, { lane }]) => lane)
    if (stored.length > 0) onPut(new Set(stored.map((lane) => lanes.get(lane) ?? lane)))
    return outcomes
  }
}

const firstOfEach = (entries: readonly NewEntry[]): Map<string, NewEntry> => {
  const firsts = new Map<string, NewEntry>()
  for (const entry of entries) if (!firsts.has(nonceKeyOf(entry))) firsts.set(nonceKeyOf(entry), entry)
  return firsts
}

/** Asked for all at once, in order. */
const allOf = async <T>(
  entries: ReadonlyMap<string, NewEntry>,
  ask: (key: string, entry: NewEntry) => Promise<T>,
): Promise<Map<string, T>> =>
  new Map(
    await Promise.all(
      [...entries].map(async ([key, entry]): Promise<[string, T]> => [key, await ask(key, entry)]),
    ),
  )

const lanesFor = async (entries: ReadonlyMap<string, NewEntry>, queues: Queues): Promise<Map<Lane, Lane>> => {
  const wanted = new Set([...entries.values()].map(({ lane }) => lane))
  const entered = new Map<Lane, Lane>()
  for (const lane of wanted) entered.set(lane, await queues.enter(lane))
  return entered
}

const outcomeOf = (entry: NewEntry, standing: Standing | undefined, isFirst: boolean): PutOutcome => {
  if (standing?.stored && isFirst) return 'accepted'
  return standing?.fingerprint === textOf(entry.fingerprint) ? 'duplicate' : 'conflict'
}

const createStore = ({ link, names, nonces, view }: PutParts) => {
  const { js, jsm, persist } = link

  /** The sequence number it has in the stream; undefined when its subject holds one already. */
  const publish = async (subject: string, msgID: string, frame: Buffer) => {
    let tries = 0
    try {
      return await persist(async () => {
        tries += 1
        const { seq, duplicate } = await js.publish(subject, frame, {
          msgID,
          expect: { lastSubjectSequence: 0 },
        })
        // After a try whose answer was lost, the one that is there is ours.
        return { seq, isNew: !duplicate || tries > 1 }
      })
    } catch (error) {
      if (isWrongRevision(error)) return { seq: undefined, isNew: tries > 1 }
      throw error
    }
  }
  const headOfHeld = async (subject: string, seq: number | undefined): Promise<ItemHead | undefined> => {
    const which = seq === undefined ? { last_by_subj: subject } : { seq }
    const message = await persist(() => jsm.streams.getMessage(names.items, which))
    return message ? decodeFrame<ItemHead>(message.data).head : undefined
  }
  /** Stored by a relay that is about to write its nonce, or died before it could. */
  const standingOfHeld = async (key: string, subject: string, seq: number | undefined): Promise<Standing> => {
    const known = await nonces.read(key)
    if (known) return { stored: false, fingerprint: known.record.fingerprint }
    const head = await headOfHeld(subject, seq)
    if (!head) return { stored: false, fingerprint: (await nonces.read(key))?.record.fingerprint ?? '' }
    await nonces.write(key, { fingerprint: head.fingerprint, by: '', ...freshState(head.lane) }, 0)
    return { stored: false, fingerprint: head.fingerprint }
  }
  return async (entry: NewEntry, lane: Lane, own: Placed, receivedAt: number): Promise<Standing> => {
    const { kind, nonce } = entry
    const [key, subject] = [nonceKeyOf(entry), names.subject.item(lane, nonce)]
    const fingerprint = textOf(entry.fingerprint)
    const head: ItemHead = { kind, nonce, lane, index: own.index, fingerprint, receivedAt }
    const { seq, isNew } = await publish(subject, key, encodeFrame(head, own.record))
    if (!isNew) return standingOfHeld(key, subject, seq)
    view.stored(lane, seq ?? 0, receivedAt)
    // When there is one already, another relay was quick and has gone on with the item.
    await nonces.write(key, { fingerprint, by: '', ...freshState(lane) }, 0)
    return { stored: true, fingerprint }
  }
}

const countRepeats = async (
  { link, names, view }: PutParts,
  outcomes: readonly PutOutcome[],
): Promise<void> => {
  const repeats = outcomes.filter((outcome) => outcome === 'duplicate')
  await Promise.all(
    repeats.map(async () => {
      await link.persist(() => link.js.publish(names.subject.repeat))
      view.repeated()
    }),
  )
}
