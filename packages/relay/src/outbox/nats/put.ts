import { fingerprintText } from '../fingerprint.ts'
import { type Intake, type Lane, type NewEntry, OutboxFull, type PutOutcome } from '../outbox.ts'
import { orWhole, type Placed, type Single } from '../single.ts'
import { createEnqueue } from './enqueue.ts'
import type { ItemHead } from './frame.ts'
import { freshState } from './item-record.ts'
import type { Link } from './link.ts'
import { type Names, nonceKeyOf } from './names.ts'
import type { NonceBucket } from './nonce-bucket.ts'
import type { Queues } from './queues.ts'
import type { Register } from './register.ts'
import type { Remove } from './remove.ts'
import type { View } from './view.ts'

export type PutParts = {
  link: Link
  names: Names
  queues: Queues
  nonces: NonceBucket
  view: View
  register: Register
  remove: Remove
  single: Single
  maxBacklog: number
  /** Lanes that got entries. */
  onPut: (lanes: ReadonlySet<Lane>) => void
}

/** How a nonce stands after a put: whether this put stored it, and the fingerprint that counts. */
type Standing = { stored: boolean; fingerprint: string }

/**
 * Stores what of an intake is new: the item, acknowledged by the server, then its nonce. The bucket of nonces keeps
 * repeats out for 30 days. Of two that slipped in between the two steps, the one whose nonce is written first counts.
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
  return standing?.fingerprint === fingerprintText(entry.fingerprint) ? 'duplicate' : 'conflict'
}

const createStore = ({ link, names, nonces, view, register, remove }: PutParts) => {
  const enqueue = createEnqueue(link, names)

  /** What another has put meanwhile counts, and ours is taken out again: whoever dies before that leaves a copy. */
  const giveWay = async (lane: Lane, seq: number) => {
    await register.copy(seq)
    view.left(lane)
    await remove(seq).catch(() => {})
  }
  return async (entry: NewEntry, lane: Lane, own: Placed, receivedAt: number): Promise<Standing> => {
    const { kind, nonce } = entry
    const key = nonceKeyOf(entry)
    const fingerprint = fingerprintText(entry.fingerprint)
    const head: ItemHead = { kind, nonce, lane, index: own.index, fingerprint, receivedAt }
    const { seq } = await enqueue(head, own.record)
    view.stored(lane, seq, receivedAt)
    const isWritten = await nonces.write(key, { fingerprint, by: '', seq, ...freshState(lane) }, 0)
    // When there is one already, it is ours though its answer was lost, or another relay has gone on with the item.
    const known = isWritten === undefined ? (await nonces.read(key))?.record : undefined
    const isOurs = known === undefined || known.seq === seq
    if (!isOurs && known.seq !== undefined) await giveWay(lane, seq)
    return { stored: isOurs, fingerprint: known?.fingerprint ?? fingerprint }
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
