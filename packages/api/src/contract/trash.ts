import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { Bag, DateTime, INFERRED, Maybe, ProjectId, ReadDateTime } from './identifiers.ts'
import { pageOf, SLICE } from './page.ts'

/** Why an event was trashed. Today an object with `field`, which is announced to become a plain string: read both. */
export const TrashError = Type.Union(
  [
    Type.String(),
    Type.Object({ field: Maybe(Type.Unknown()), message: Maybe(Type.String({ ...INFERRED })) }),
  ],
  { $id: 'TrashError', description: 'Why an event was trashed: a text, or an object with `field`.' },
)
export type TrashError = Static<typeof TrashError>

/** An event that could not be processed. Only `errors` is attested; the other keys are those of the raw event. */
export const TrashedEvent = Type.Object(
  {
    _id: Maybe(Type.String({ ...INFERRED })),
    projectId: Maybe(Type.String({ ...INFERRED })),
    nonce: Maybe(Type.Union([Type.String(), Type.Number()], { ...INFERRED })),
    eventType: Maybe(Type.String({ ...INFERRED })),
    eventDate: Maybe(Type.String({ ...INFERRED })),
    trackerId: Maybe(Type.String({ ...INFERRED })),
    data: Maybe(Bag('As posted.', { email: 'not-an-address' })),
    errors: Type.Array(TrashError, { description: 'At least one reason.' }),
    createdAt: Maybe(ReadDateTime('When it was received.')),
  },
  { $id: 'TrashedEvent', description: 'An event that could not be processed, and why.' },
)
export type TrashedEvent = Static<typeof TrashedEvent>

export const TRASH = {
  listTrashedEvents: endpoint('listTrashedEvents', {
    area: 'trash',
    summary: 'List events that could not be processed',
    description:
      'Where asynchronous events go that lack a mandatory field or hold an invalid value: the only place that says so.',
    source: 'reference',
    auth: 'bearer',
    idempotent: true,
    params: Type.Object({ projectId: ProjectId }),
    query: Type.Object({
      since: Type.Optional(DateTime('Only events from this instant on.')),
      until: Type.Optional(DateTime('Only events up to this instant.')),
      ...SLICE,
    }),
    response: pageOf(TrashedEvent),
  }),
}
