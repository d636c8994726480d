import type { Clock } from '../../clock.ts'
import type { EntryRef, EraseRequest, EraseStep } from '../outbox.ts'
import { NOTHING_ERASED, pickedIn } from '../picking.ts'
import { roundOf } from './copy.ts'
import { decodeFrame, type ItemHead } from './frame.ts'
import type { Hands } from './hands.ts'
import { freshState, type ItemRecord } from './item-record.ts'
import type { LetterBox } from './letter-box.ts'
import type { Link } from './link.ts'
import { type Names, nonceKeyOf } from './names.ts'
import type { NonceBucket } from './nonce-bucket.ts'
import type { Decisions } from './redrive.ts'
import type { Register } from './register.ts'
import type { Remove } from './remove.ts'
import type { View } from './view.ts'

export type EraseParts = {
  relay: string
  link: Link
  names: Names
  nonces: NonceBucket
  letters: LetterBox
  register: Register
  remove: Remove
  hands: Hands
  view: View
  clock: Clock
  drop: Decisions['drop']
}

/** Messages looked at in one step: each is a request. */
const STEP = 256

const LETTERS = 'letters:'
const NO_RECORD = new Uint8Array()

/** First the items in order of arrival, then the dead letters in order of nonce. What was delivered is not kept. */
export const createErase = (parts: EraseParts): ((request: EraseRequest) => Promise<EraseStep>) => {
  const eraseItem = createEraseItem(parts)
  return async (request) => {
    const { after = '1' } = request
    const step = after.startsWith(LETTERS)
      ? await eraseLetters(parts, request, after.slice(LETTERS.length))
      : await eraseItems(parts, request, Number(after), eraseItem)
    const { held, buried } = parts.view.counts()
    return { ...step, of: held + buried }
  }
}

type Outcome = 'held' | 'underWay' | 'gone'
type Item = { head: ItemHead; seq: number }

const eraseItems = async (
  { link, names }: EraseParts,
  { picker, dryRun, makeWay }: EraseRequest,
  from: number,
  eraseItem: (item: Item) => Promise<Outcome>,
): Promise<EraseStep> => {
  const sum = { ...NOTHING_ERASED }
  let seq = from
  while (sum.looked < STEP) {
    const next = { seq, next_by_subj: names.subject.items }
    const message = await link.persist(() => link.jsm.streams.getMessage(names.items, next))
    if (!message) return { ...sum, next: LETTERS }
    seq = message.seq + 1
    sum.looked += 1
    const { head, record } = decodeFrame<ItemHead>(message.data)
    const picked = pickedIn(picker, record)
    if (!picked) sum.unreadable += 1
    if (!picked?.includes(head.index)) continue
    if (!dryRun) makeWay?.()
    const outcome = dryRun ? 'held' : await eraseItem({ head, seq: message.seq })
    if (outcome !== 'gone') sum[outcome] += 1
  }
  return { ...sum, next: String(seq) }
}

/**
 * Buried without its record, taken off the queue, then dropped: the way of every dead letter, so that the counts hold and
 * whoever dies in between leaves what an erasure finds again. A relay that holds the item comes too late by its revision.
 */
const createEraseItem = (parts: EraseParts) => {
  const { relay, nonces, letters, register, remove, hands, view, clock, drop } = parts
  const bury = async (item: Item): Promise<Outcome> => {
    const { head, seq } = item
    const key = nonceKeyOf(head)
    const known = await nonces.read(key)
    const held = known?.record ?? freshState(head.lane)
    if (held.state !== 'held') return 'gone'
    if (held.attempting) return 'underWay'
    const why = { code: 'ERASED', message: '', attempts: held.attempts }
    const at = clock.now()
    const round = roundOf(head)
    const its = { fingerprint: head.fingerprint, by: relay, seq: known?.record.seq ?? seq, round }
    const record: ItemRecord = { state: 'buried', at, ...why, ...its }
    if ((await nonces.write(key, record, known?.revision ?? 0)) === undefined) return 'underWay'
    await register.burial({ ...head, round })
    await letters.put({ ...head, ...why, buriedAt: at, seq, round }, NO_RECORD)
    view.buried()
    await register.leaving(item, record)
    return 'held'
  }
  return async (item: Item): Promise<Outcome> => {
    const { head, seq } = item
    const ref: EntryRef = { lane: head.lane, seq, index: head.index }
    if (hands.leased(ref)) return 'underWay'
    // Out of hand before anything is awaited: nobody here begins an attempt at it meanwhile.
    const mine = hands.at(seq)
    if (mine) hands.drop(mine)
    const outcome = await bury(item)
    if (outcome !== 'held') return outcome
    if (await remove(seq, true)) view.left(head.lane)
    await drop(head.nonce, head.kind)
    // Handed out anew while its record was written: an attempt may have begun, and comes too late to be settled.
    return hands.leased(ref) ? 'underWay' : 'held'
  }
}

const eraseLetters = async (
  { letters, drop }: EraseParts,
  { picker, dryRun }: EraseRequest,
  after: string,
): Promise<EraseStep> => {
  const sum = { ...NOTHING_ERASED }
  let last = ''
  for await (const { head, record } of letters.inOrder(after || undefined)) {
    if (sum.looked >= STEP && head.nonce !== last) return { ...sum, next: LETTERS + last }
    last = head.nonce
    sum.looked += 1
    const picked = pickedIn(picker, record)
    // What a relay left that died while it erased.
    const isLeft = head.code === 'ERASED'
    if (!picked && !isLeft) sum.unreadable += 1
    if (!isLeft && !picked?.includes(head.index)) continue
    sum.deadLetters += dryRun || (await drop(head.nonce, head.kind)) ? 1 : 0
  }
  return sum
}
