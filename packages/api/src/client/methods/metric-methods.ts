import type { MakeMethod, Method } from '../method.ts'

/** States and statistics of events. */
export type MetricMethods = {
  /**
   * Sets a state of an event: `value` 1 or 0, `date` when it changed (RFC 3339). Other states of the event stay.
   *
   * Resolves to an answer of unknown form. Never repeated by itself.
   * Errors: `not-found` when the event's type had no such state at the time. Source: reference; path from the SDK.
   */
  readonly updateState: Method<'updateState'>
  /**
   * Sets a statistic of an event: `value` in its unit (a currency: the project's), `date` when it was reached (RFC 3339).
   *
   * Resolves to an answer of unknown form. Never repeated by itself.
   * Errors: `not-found` when the event's type had no such statistic at the time. Source: reference; path from the SDK.
   */
  readonly updateStatistic: Method<'updateStatistic'>
  /**
   * One page of the states and statistics of a user's events. `eachUserMetric` yields all.
   *
   * `id` is the user's, 24 hexadecimal digits; `since` and `until` bound the metric's own date, inclusive.
   *
   * Errors: `not-found`. Source: reference, which muddles the description; the path is inferred (`paths` changes it).
   */
  readonly listUserMetrics: Method<'listUserMetrics'>
}

export const metricMethods = (method: MakeMethod): MetricMethods => ({
  updateState: method('updateState'),
  updateStatistic: method('updateStatistic'),
  listUserMetrics: method('listUserMetrics'),
})
