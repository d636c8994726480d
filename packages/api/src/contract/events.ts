import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { Bag, DateTime, EventId, Maybe, ProjectId, ReadDateTime } from './identifiers.ts'
import { Metric } from './metric.ts'

/** What is posted to create an event. */
export const NewEvent = Type.Object(
  {
    projectId: ProjectId,
    eventType: Type.String({
      minLength: 1,
      description: 'Reference of the event type.',
      examples: ['contact-form'],
    }),
    eventDate: Type.Optional(DateTime('When it happened; the time of reception when absent.')),
    trackerId: Type.Optional(
      Type.String({
        description:
          'The visitor, as the tracking script knows them. Without it the event meets no interaction.',
        examples: ['h3Kq9_vT0aLw2Zx-'],
      }),
    ),
    nonce: Type.String({
      minLength: 1,
      description: 'Unique to this event: a repeat with the same nonce is stored once.',
      examples: ['0193a5c2-7d4e-7b1a-9c55-0a7f3be1d201'],
    }),
    data: Bag('Values by the event type’s ingestion keys.', { email: 'ada@example.org', budget: 1200 }),
  },
  { $id: 'NewEvent', description: 'An event to create.' },
)
export type NewEvent = Static<typeof NewEvent>

/** The event as it was posted. `eventDate` is not among the keys of the reference's sample. */
export const RawEvent = Type.Object(
  {
    _id: Type.String(),
    projectId: Type.String(),
    nonce: Maybe(Type.Union([Type.String(), Type.Number()])),
    eventType: Type.String(),
    eventDate: Maybe(ReadDateTime('When it happened, if the sender said.')),
    trackerId: Maybe(Type.String()),
    createdAt: ReadDateTime('When it was received; seen with a space in place of `T`.'),
    data: Bag('As posted, by ingestion key.', { email: 'ada@example.org' }),
  },
  { $id: 'RawEvent', description: 'An event as it was posted, nothing computed.' },
)
export type RawEvent = Static<typeof RawEvent>

/** The event after processing: values parsed, user found. */
export const ComputedEvent = Type.Object(
  {
    _id: Type.String(),
    projectId: Type.String(),
    userId: Maybe(
      Type.String({ description: '24 hexadecimal digits.', examples: ['66f1a0b2c3d4e5f60718293a'] }),
    ),
    eventDate: ReadDateTime('When it happened.'),
    eventType: Type.String(),
    attributable: Maybe(Type.Boolean({ description: 'Whether attribution counts it.' })),
    expirationPolicy: Maybe(Type.Unknown({ description: 'null: none of its own.' })),
    event: Bag('Values of the event’s own fields, by storage key.', { budget: 1200 }),
    user: Bag('Values of user fields this event carried, by storage key.', { email: 'ada@example.org' }),
    metrics: Type.Array(Metric, { description: 'States and statistics.' }),
    createdAt: ReadDateTime('When it was received.'),
    updatedAt: ReadDateTime('When it last changed.'),
  },
  { $id: 'ComputedEvent', description: 'An event after processing.' },
)
export type ComputedEvent = Static<typeof ComputedEvent>

const CreatedId = Type.String({
  description: 'Id of the event, as a bare JSON string.',
  examples: ['0d9c2c4e-5f0b-4c39-9f0e-7f3f4a1f6f10'],
})

const NO_PROJECT = { 404: 'No such project, or none this token may see (inferred).' }

export const EVENTS = {
  createEvent: endpoint('createEvent', {
    area: 'events',
    summary: 'Create an event, processed later',
    description:
      'Answers before the event is processed, so success says only that it arrived: one that does not fit its event type ends in the trash. A broken envelope (missing keys, bad slug) is refused with 400.',
    source: 'reference',
    auth: 'unlisted',
    idempotent: true,
    params: Type.Object({}),
    body: NewEvent,
    response: CreatedId,
    refusals: NO_PROJECT,
  }),
  createEventSync: endpoint('createEventSync', {
    area: 'events',
    summary: 'Create an event, processed at once',
    description:
      'Answers once the event is processed, and refuses with 400 what does not fit its event type. Older deployments know only the asynchronous endpoint.',
    source: 'reference',
    auth: 'unlisted',
    idempotent: true,
    params: Type.Object({}),
    body: NewEvent,
    response: CreatedId,
    refusals: NO_PROJECT,
  }),
  getRawEvent: endpoint('getRawEvent', {
    area: 'events',
    summary: 'Read an event as it was posted',
    description:
      'The stored original, for tracing what a sender really sent. Computed values are in `getEvent`.',
    source: 'reference',
    auth: 'bearer',
    idempotent: true,
    params: Type.Object({ projectId: ProjectId, id: EventId }),
    response: RawEvent,
    refusals: { 404: 'No such event in this project.' },
  }),
  getEvent: endpoint('getEvent', {
    area: 'events',
    summary: 'Read an event after processing',
    description:
      'Values parsed and filed by storage key, the user found or made, states and statistics with their dates.',
    source: 'reference',
    auth: 'bearer',
    idempotent: true,
    params: Type.Object({ projectId: ProjectId, id: EventId }),
    response: ComputedEvent,
    refusals: { 404: 'No such event in this project, or it is not processed yet, or it went to the trash.' },
  }),
}
