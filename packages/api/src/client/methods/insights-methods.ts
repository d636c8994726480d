import type { MakeMethod, Method } from '../method.ts'

/** Counts along time. */
export type InsightsMethods = {
  /**
   * Values of metrics by interval, and by event type if asked: a plain array of points, not paginated.
   *
   * By event date, without attribution. A currency statistic is in the project's currency; an unknown metric is 0.
   * `metrics` takes keys of states and statistics, and `event-count`. The keys of a point are inferred.
   *
   * Source: reference; the path is inferred (`paths` changes it).
   */
  readonly queryInsights: Method<'queryInsights'>
}

export const insightsMethods = (method: MakeMethod): InsightsMethods => ({
  queryInsights: method('queryInsights'),
})
