import type { Status } from '../admin/status.ts'
import type { CountsRead } from './counts.ts'

/** What a scrape sees: the relay's status and what it counted since its start. */
export type Reading = { status: Status; counts: CountsRead }

/** One number and the labels it goes under, in the order of the metric's label names. */
export type Sample = readonly [value: number, ...labels: string[]]

/** A metric and how it is read. Labels are bounded: kinds, endings, codes, states and status classes, all of our own. */
export type Metric = {
  name: `wmkt_${string}`
  type: 'counter' | 'gauge'
  help: string
  labels?: readonly string[]
  /** No samples: the relay has nothing to say yet. */
  read: (reading: Reading) => readonly Sample[]
}

/** A table that is keyed by two words, as samples under two labels. */
export const samplesOf = (table: Readonly<Partial<Record<string, number>>>): Sample[] =>
  Object.entries(table).map(([key, count = 0]) => [count, ...key.split(' ')])

export const one = (value: number | undefined): Sample[] => (value === undefined ? [] : [[value]])
