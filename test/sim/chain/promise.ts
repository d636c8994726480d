import { isBalanced } from '../../../packages/relay/src/outbox/ledger.ts'
import type { DeadLetter, LocalOutbox } from '../../../packages/relay/src/outbox/outbox.ts'
import { type Item, markIn } from './items.ts'
import type { Telling } from './telling.ts'
import type { SimulatedUpstream } from './upstream.ts'

/** What is left when all is over. */
export type Remains = {
  items: readonly Item[]
  outbox: LocalOutbox
  /** What a record of it says. */
  read: (record: Uint8Array) => string
  upstream: SimulatedUpstream
  /** What a person decided to drop, as kind and nonce. */
  dropped: ReadonlySet<string>
  telling: Telling
}

/** Where one item was found. */
type Found = {
  item: Item
  /** How often it is at the upstream. */
  times: number
  letter?: DeadLetter | undefined
  isDropped: boolean
}

const textOf = ({ kind, mark }: Item): string => `${kind} ${mark}`

/** The delivery promise (docs/delivery.md), held against what is left: each item once, or with one ending that is counted. */
export const judge = ({ items, outbox, read, upstream, dropped, telling }: Remains): void => {
  const { fault } = telling
  const letters = [...outbox.deadLetters()]
  const letterOf = new Map(letters.map((letter) => [markIn(read(letter.record)), letter]))
  const wasDropped = ({ kind, nonce = '' }: Item): boolean =>
    dropped.has(kind + nonce) && outbox.fate(nonce, kind)?.state === 'settled'
  const found = items.map((item): Found => {
    const times =
      item.kind === 'event' ? upstream.noncesOf(item.mark).length : upstream.interactionsOf(item.mark)
    return { item, times, letter: letterOf.get(item.mark), isDropped: wasDropped(item) }
  })
  for (const one of found) telling.ending(endingOf(one))
  for (const one of found) for (const text of faultsOf(one)) fault(`${text}: ${textOf(one.item)}`)
  const isAtRelay = ({ times, letter, isDropped }: Found) => times > 0 || letter !== undefined || isDropped
  for (const { item } of found.filter((one) => !isAtRelay(one)))
    if (item.endings.has('delivered') || item.endings.has('duplicate'))
      fault(`the page heard that it was delivered: ${textOf(item)}`)
  judgeBooks(outbox, letters.length, found.filter(isAtRelay).length, fault)
  for (const mark of upstream.marks())
    if (!items[mark - 1]) fault(`nobody recorded what is at the upstream: ${mark}`)
}

const endingOf = ({ item, times, letter, isDropped }: Found): string => {
  const letterText = letter && `buried as ${letter.code}${times > 0 ? ', though at the upstream' : ''}`
  const told = [...item.endings].find((ending) => ending !== 'delivered' && ending !== 'duplicate')
  return (
    letterText ??
    (times > 0 ? 'delivered' : isDropped ? 'dropped by a person' : (told ?? item.excuse ?? 'not recorded'))
  )
}

const faultsOf = ({ item, times, letter, isDropped }: Found): string[] => {
  const faults: string[] = []
  const ended = times > 0 || letter || isDropped
  const toldEnd = ['rejected', 'evicted', 'dropped'].some((ending) =>
    (item.endings as Set<string>).has(ending),
  )
  if (!ended && !toldEnd && !item.isRefused && item.excuse === undefined) faults.push('lost')
  if (times > 1) faults.push('doubled')
  if ((item.isRefused || item.isInvalid) && ended) faults.push('refused, and delivered')
  if (times > 0 && letter && isBuriedWrongly(item, letter))
    faults.push(`delivered, and buried as ${letter.code}`)
  return faults
}

/** An attempt whose end nobody knows may have been carried out: of an interaction only `IN_DOUBT` says so. */
const isBuriedWrongly = ({ kind }: Item, { code }: DeadLetter): boolean =>
  kind === 'interaction' ? code !== 'IN_DOUBT' : code === 'UPSTREAM_REJECTED'

const judgeBooks = (outbox: LocalOutbox, letters: number, seen: number, fault: (text: string) => void) => {
  const ledger = outbox.ledger()
  if (!isBalanced(ledger)) fault(`unbalanced: ${JSON.stringify(ledger)}`)
  if (ledger.held === 0 && outbox.lanes().length > 0) fault(`held in lanes: ${outbox.lanes()}`)
  if (ledger.buried !== letters) fault(`${letters} letters, counted ${ledger.buried}`)
  if (ledger.received !== seen + ledger.held) fault(`${seen} items received, counted ${ledger.received}`)
}
