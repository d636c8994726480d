import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { DateTime, EventId, opaque, ProjectId, Unattested } from './identifiers.ts'

/** The upstream's own words when the event's type, as it was when the event came, has no such state or statistic. */
export const NO_STORAGE_KEY = 'No storageKey matching field in this eventType'

export const StateUpdate = Type.Object(
  {
    value: Type.Union([Type.Literal(0), Type.Literal(1)], {
      description: '1: the event has the state; 0: it has not.',
    }),
    date: Type.Optional(DateTime('When the state changed.')),
  },
  { $id: 'StateUpdate', description: 'A state’s new value.' },
)
export type StateUpdate = Static<typeof StateUpdate>

export const StatisticUpdate = Type.Object(
  {
    value: Type.Number({
      description: 'In the statistic’s unit; of a currency, the project’s.',
      examples: [149.9],
    }),
    date: Type.Optional(DateTime('When the value was reached; it decides the rate of a foreign currency.')),
  },
  { $id: 'StatisticUpdate', description: 'A statistic’s new value.' },
)
export type StatisticUpdate = Static<typeof StatisticUpdate>

const target = (what: string, example: string) =>
  Type.Object({
    projectId: ProjectId,
    id: EventId,
    storageKey: opaque(`Storage key of the ${what}.`, example),
  })

const REFUSALS = {
  404: `No such event, or «${NO_STORAGE_KEY}»: the event type had none when the event came.`,
}

export const STATES_STATISTICS = {
  updateState: endpoint('updateState', {
    area: 'states-statistics',
    summary: 'Set a state of an event',
    description:
      'An event holds several states at once, each with its date: qualified one day, converted another. Sets one of them, first time or again.',
    source: 'reference',
    auth: 'bearer',
    idempotent: false,
    params: target('state', 'qualified'),
    body: StateUpdate,
    response: Unattested,
    refusals: REFUSALS,
  }),
  updateStatistic: endpoint('updateStatistic', {
    area: 'states-statistics',
    summary: 'Set a statistic of an event',
    description:
      'A number or an amount that belongs to the event, such as its turnover. Attribution spreads it over the interactions before the event.',
    source: 'reference',
    auth: 'bearer',
    idempotent: false,
    params: target('statistic', 'turnover'),
    body: StatisticUpdate,
    response: Unattested,
    refusals: REFUSALS,
  }),
}
