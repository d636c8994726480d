import { createHash } from 'node:crypto'
import { parseRfc3339 } from '@wmkt/protocol'
import type { CsvRow } from './csv.ts'

export type Metric = 'state' | 'statistic'

/** A state or statistic as it is to be set. */
export type Change = {
  /** The upstream's id of the event, or the nonce it was delivered under. */
  readonly event: string
  readonly key: string
  readonly value: number
  /** RFC 3339 */
  readonly date?: string
}

const NAMES = ['event', 'key', 'value', 'date']
const NEEDED = NAMES.slice(0, 3)

/** What is wrong with a header; undefined when nothing is. */
export const flawOfHeader = (header: readonly string[]): string | undefined => {
  const missing = NEEDED.find((name) => !header.includes(name))
  if (missing !== undefined) return `no column ${missing}: expected ${NAMES.join(', ')}`
  const unknown = header.find((name) => !NAMES.includes(name))
  return unknown === undefined ? undefined : `an unknown column ${unknown}: expected ${NAMES.join(', ')}`
}

/** A row → the change it asks for, or what is wrong with it. What it holds is not repeated. */
export const changeOf = (metric: Metric, cells: CsvRow['cells']): Change | string => {
  const { event = '', key = '', value: text = '', date = '' } = cells
  if (event === '' || key === '') return 'event and key are needed'
  if (!/^-?\d+(\.\d+)?$/.test(text)) return 'value: expected a number such as 12.5'
  const value = Number(text)
  if (metric === 'state' && value !== 0 && value !== 1) return 'value: expected 0 or 1'
  if (date !== '' && parseRfc3339(date) === undefined)
    return 'date: expected RFC 3339, such as 2026-03-14T09:26:53Z'
  return { event, key, value, ...(date !== '' && { date }) }
}

/** Tells a change from all others: the same file sent again is known again, and a corrected row is another. */
export const idOf = (metric: Metric, { event, key, value, date = '' }: Change): string =>
  createHash('sha256')
    .update(JSON.stringify([metric, event, key, value, date]))
    .digest('base64url')
    .slice(0, 22)
