import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { Bag, DateTime, INFERRED, Maybe, ProjectId } from './identifiers.ts'

/** One point a stretch of time. */
export const LINEAR_INTERVALS = ['day', 'week', 'month', 'quarter', 'semester', 'year'] as const
/** One point a place in the cycle, for seasons. */
export const CYCLIC_INTERVALS = [
  'dayOfWeek',
  'dayOfMonth',
  'dayOfYear',
  'weekOfYear',
  'monthOfYear',
  'quarterOfYear',
  'semesterOfYear',
] as const
/** The metric that is always there: how many events. */
export const EVENT_COUNT = 'event-count'

const literals = <const Words extends readonly string[]>(words: Words) =>
  words.map((word: Words[number]) => Type.Literal(word))

export const Interval = Type.Union(literals([...LINEAR_INTERVALS, ...CYCLIC_INTERVALS]), {
  description: 'Linear: one point a stretch of time. Cyclic (`…Of…`): one point a place in the cycle.',
  examples: ['week'],
})
export type Interval = Static<typeof Interval>

export const InsightsQuery = Type.Object(
  {
    since: DateTime('First instant counted.'),
    until: DateTime('Last instant counted.'),
    metrics: Type.Array(Type.String({ minLength: 1 }), {
      description:
        'Keys of states and statistics, or `event-count`. An unknown key is no error: its value is 0.',
      examples: [['event-count', 'turnover']],
    }),
    groupBy: Type.Union([Type.Literal('project'), Type.Literal('event-type')], {
      description: 'One point an interval, or one an interval and event type.',
    }),
    interval: Interval,
    filter: Type.Optional(
      Type.Union([Type.Array(Type.String()), Type.Null()], {
        description: 'Event types to keep when grouping by event type; absent, null or empty keeps all.',
        examples: [['purchase']],
      }),
    ),
  },
  { $id: 'InsightsQuery', description: 'What to count, and along which dates.' },
)
export type InsightsQuery = Static<typeof InsightsQuery>

/** One point. The reference lost its keys: all of these are inferred, and others may stand beside them. */
export const InsightsPoint = Type.Object(
  {
    date: Maybe(
      Type.Union([Type.String(), Type.Number()], {
        ...INFERRED,
        description: 'Start of the interval, or the place in the cycle.',
      }),
    ),
    eventType: Maybe(Type.String({ ...INFERRED })),
    metrics: Maybe(Bag('Values by metric key.', { 'event-count': 12, turnover: 840 })),
  },
  { $id: 'InsightsPoint', description: 'The values of one interval.' },
)
export type InsightsPoint = Static<typeof InsightsPoint>

export const INSIGHTS = {
  queryInsights: endpoint('queryInsights', {
    area: 'insights',
    summary: 'Count events, states and statistics along time',
    description:
      'By the events’ own dates, without attribution. Made for charts: a plain array, not paginated. Weeks and zone of the intervals are unknown; Monday and UTC are assumed.',
    source: 'reference',
    auth: 'bearer',
    idempotent: true,
    params: Type.Object({ projectId: ProjectId }),
    body: InsightsQuery,
    response: Type.Array(InsightsPoint),
  }),
}
