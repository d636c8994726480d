import type { ApiClient } from '@wmkt/api/client'
import { parseRfc3339 } from '@wmkt/protocol'
import { type Applied, attempted } from './attempts.ts'
import type { Columns, CsvRow } from './csv.ts'

export type Metric = 'state' | 'statistic'

/** A state or statistic as it is to be set. */
export type MetricChange = {
  /** The upstream's id of the event, or the nonce it was delivered under. */
  readonly event: string
  readonly key: string
  readonly value: number
  /** RFC 3339 */
  readonly date?: string
}

export const METRIC_COLUMNS: Columns = { needed: ['event', 'key', 'value'], optional: ['date'] }

/** A row → the change it asks for, or what is wrong with it. What it holds is not repeated. */
export const readMetric = (metric: Metric, cells: CsvRow['cells']): MetricChange | string => {
  const { event = '', key = '', value: text = '', date = '' } = cells
  if (event === '' || key === '') return 'event and key are needed'
  if (!/^-?\d+(\.\d+)?$/.test(text)) return 'value: expected a number such as 12.5'
  const value = Number(text)
  if (metric === 'state' && value !== 0 && value !== 1) return 'value: expected 0 or 1'
  if (date !== '' && parseRfc3339(date) === undefined)
    return 'date: expected RFC 3339, such as 2026-03-14T09:26:53Z'
  return { event, key, value, ...(date !== '' && { date }) }
}

export type MetricOptions = {
  client: Pick<ApiClient, 'updateState' | 'updateStatistic'>
  projectId: string
  /** The upstream's id of an event; undefined when it is not delivered yet. */
  eventIdOf: (event: string) => Promise<string | undefined>
  wait: (ms: number) => Promise<void>
}

/** Sets one state or statistic: to set it again changes nothing. */
export const createMetricSetter =
  ({ client, projectId, eventIdOf, wait }: MetricOptions, metric: Metric) =>
  async ({ event, key: storageKey, value, date }: MetricChange): Promise<Applied> => {
    const id = await eventIdOf(event)
    if (id === undefined) return { outcome: 'failed', message: 'the event is not delivered yet', stop: false }
    const change = { projectId, id, storageKey, ...(date !== undefined && { date }) }
    return attempted(async () => {
      if (metric === 'state') await client.updateState({ ...change, value: value === 1 ? 1 : 0 })
      else await client.updateStatistic({ ...change, value })
    }, wait)
  }
