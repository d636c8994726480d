import { type Static, Type } from '@sinclair/typebox'
import { Bag, INFERRED, Maybe, ReadDateTime } from './identifiers.ts'

/** A dated state or statistic of an event. Attested: `type`, `data.date`, `createdAt`, `updatedAt`; the rest is inferred. */
export const Metric = Type.Object(
  {
    _id: Maybe(Type.String({ ...INFERRED })),
    projectId: Maybe(Type.String({ ...INFERRED })),
    userId: Maybe(Type.String({ ...INFERRED })),
    eventId: Maybe(Type.String({ ...INFERRED })),
    eventType: Maybe(Type.String({ ...INFERRED })),
    type: Maybe(Type.String({ description: '`state` or `statistic`.', examples: ['state'] })),
    storageKey: Maybe(Type.String({ ...INFERRED, examples: ['qualified'] })),
    data: Maybe(
      Bag('The value (0 or 1 for a state) and `date`, the instant it holds from.', {
        value: 1,
        date: '2026-03-20T10:00:00.000Z',
      }),
    ),
    createdAt: Maybe(ReadDateTime('When it was first set.')),
    updatedAt: Maybe(ReadDateTime('When it was last set.')),
  },
  { $id: 'Metric', description: 'A dated state or statistic of an event.' },
)
export type Metric = Static<typeof Metric>
