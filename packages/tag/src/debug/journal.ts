import type { JsonObject, Kind } from '@wmkt/protocol'
import type { Finding } from '@wmkt/protocol/schema'
import type { Ending, News } from '../news.ts'

/** An item as this page saw it. */
export type Entry = {
  /** Epoch ms. */
  readonly at: number
  readonly kind: Kind
  /** Undefined when another tab, the worker or an earlier page recorded it. */
  readonly type?: string
  readonly data: JsonObject
  nonce?: string
  state: 'recorded' | 'refused' | 'stored' | Ending
  /** Code and words of its ending. */
  why?: string
  /** Undefined while nobody has looked. */
  findings?: readonly Finding[]
}

/** What is shown: the oldest go first. */
const MAX_ENTRIES = 100

export interface Journal {
  readonly entries: readonly Entry[]
  record(kind: Kind, type: string, data: JsonObject): Entry
  /** The call has resolved: to the nonce, or to null when nothing was recorded. */
  resolved(entry: Entry, nonce: string | null): void
  judged(entry: Entry, findings: readonly Finding[]): void
  hear(news: News): void
}

/** What the page's calls and the tag's news say of items, put together. */
export const createJournal = (onChange: (entries: readonly Entry[]) => void): Journal => {
  const entries: Entry[] = []
  const add = (entry: Entry): Entry => {
    entries.push(entry)
    if (entries.length > MAX_ENTRIES) entries.shift()
    return entry
  }
  const change = (entry: Entry, more: Partial<Entry>): void => {
    Object.assign(entry, more)
    onChange(entries)
  }
  return {
    entries,
    record(kind, type, data) {
      const entry = add({ at: Date.now(), kind, type, data, state: 'recorded' })
      onChange(entries)
      return entry
    },
    resolved: (entry, nonce) => change(entry, nonce === null ? { state: 'refused' } : { nonce }),
    judged: (entry, findings) => change(entry, { findings }),
    hear({ nonce, kind, ending = 'stored' as const, code, message }) {
      const why = [code, message].filter(Boolean).join(': ')
      const named = entries.filter((one) => one.nonce === nonce && one.kind === kind)
      // What was refused at the call has never told its nonce.
      const [mute] = entries.filter((one) => one.state === 'refused' && one.kind === kind)
      const meant =
        named.length > 0 ? named : [mute ?? add({ at: Date.now(), kind, data: {}, state: 'stored' })]
      for (const entry of meant) change(entry, { nonce, state: ending, ...(why && { why }) })
    },
  }
}
