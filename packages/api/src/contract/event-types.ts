import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { EventTypeField, NewEventTypeField } from './event-type-field.ts'
import { Bag, INFERRED, Maybe, opaque, ProjectId, ReadDateTime, Unattested } from './identifiers.ts'
import { pageOf, SLICE } from './page.ts'

/** How long events are kept: by the project's rule, or days of their own (null: for ever). */
export const ExpirationPolicy = Type.Union(
  [
    Type.Object({ from: Type.Literal('project') }),
    Type.Object({
      from: Type.Literal('event-type'),
      retentionDurationInDays: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
    }),
  ],
  { $id: 'ExpirationPolicy', description: 'How long events are kept.', examples: [{ from: 'project' }] },
)
export type ExpirationPolicy = Static<typeof ExpirationPolicy>

export const NewEventType = Type.Object(
  {
    reference: Type.String({
      minLength: 1,
      description: 'Technical name, used in events.',
      examples: ['quote-request'],
    }),
    name: Type.String({ description: 'Shown to people.', examples: ['Quote request'] }),
    fields: Type.Array(NewEventTypeField),
    metadata: Type.Optional(Bag('Free, not used yet.')),
    expirationPolicy: Type.Optional(ExpirationPolicy),
    attributable: Type.Optional(Type.Boolean({ description: 'false keeps its events out of attribution.' })),
  },
  { $id: 'NewEventType', description: 'An event type to create.' },
)
export type NewEventType = Static<typeof NewEventType>

export const EventTypeUpdate = Type.Object(
  {
    name: Type.Optional(Type.String()),
    fields: Type.Optional(
      Type.Array(NewEventTypeField, { description: 'The complete list: what is missing is removed.' }),
    ),
    expirationPolicy: Type.Optional(ExpirationPolicy),
    attributable: Type.Optional(Type.Boolean()),
  },
  { $id: 'EventTypeUpdate', description: 'What to change; makes a new version of the event type.' },
)
export type EventTypeUpdate = Static<typeof EventTypeUpdate>

export const EventType = Type.Object(
  {
    _id: Type.String({ examples: ['66f1a0b2c3d4e5f60718293b'] }),
    createdAt: Maybe(ReadDateTime('When it was made.')),
    updatedAt: Maybe(ReadDateTime('When it last changed.')),
    archivedAt: Maybe(ReadDateTime('When it was archived; null: it is in use.')),
    projectId: Type.String(),
    reference: Type.String(),
    name: Type.String(),
    fields: Type.Array(EventTypeField),
    metadata: Maybe(Bag('Free.')),
    phoneParsingConfig: Maybe(
      Type.Array(Type.Unknown(), {
        ...INFERRED,
        description: 'Countries whose national numbers are understood.',
      }),
    ),
    expirationPolicy: Maybe(Type.Unknown()),
    attributable: Maybe(Type.Boolean()),
  },
  { $id: 'EventType', description: 'What events of one kind hold.' },
)
export type EventType = Static<typeof EventType>

const One = Type.Object({
  projectId: ProjectId,
  reference: opaque('Reference of the event type.', 'quote-request'),
})
const REFUSALS = { 404: 'No event type of that reference.' }

export const EVENT_TYPES = {
  listEventTypes: endpoint('listEventTypes', {
    area: 'event-types',
    summary: 'List event types',
    description: 'Those in use, or with `archived` only the archived ones.',
    source: 'reference',
    auth: 'bearer',
    idempotent: true,
    params: Type.Object({ projectId: ProjectId }),
    query: Type.Object({
      ...SLICE,
      search: Type.Optional(Type.String({ description: 'Part of name or reference.', examples: ['quote'] })),
      archived: Type.Optional(Type.Boolean({ description: 'Only archived ones; the SDK always sends 0.' })),
      storageKey: Type.Optional(Type.String({ description: 'Only those with a field of this storage key.' })),
      reference: Type.Optional(Type.String({ description: 'Only that of exactly this reference.' })),
      sort: Type.Optional(
        Type.String({
          description: 'Keys in order, by commas; a minus before a key turns it.',
          examples: ['-createdAt,name'],
        }),
      ),
    }),
    response: pageOf(EventType),
  }),
  createEventType: endpoint('createEventType', {
    area: 'event-types',
    summary: 'Create an event type',
    description:
      'User, state and statistic fields must have been declared for the project, with the same type.',
    source: 'reference',
    auth: 'unlisted',
    idempotent: false,
    params: Type.Object({ projectId: ProjectId }),
    body: NewEventType,
    response: EventType,
    refusals: { 409: 'The reference is taken (inferred: it may be a 400).' },
  }),
  getEventType: endpoint('getEventType', {
    area: 'event-types',
    summary: 'Read an event type',
    description: 'The reference calls the parameter `id`; it is the event type’s reference.',
    source: 'reference',
    auth: 'bearer',
    idempotent: true,
    params: One,
    response: EventType,
    refusals: REFUSALS,
  }),
  updateEventType: endpoint('updateEventType', {
    area: 'event-types',
    summary: 'Make a new version of an event type',
    description: 'Events keep the version they came under. `fields`, when given, must be the complete list.',
    source: 'sdk',
    auth: 'bearer',
    idempotent: false,
    params: One,
    body: EventTypeUpdate,
    response: Unattested,
    refusals: REFUSALS,
  }),
  deleteEventType: endpoint('deleteEventType', {
    area: 'event-types',
    summary: 'Delete an event type',
    description: 'Afterwards reading it answers 404; its events stay.',
    source: 'sdk',
    auth: 'bearer',
    idempotent: false,
    params: One,
    response: Unattested,
    refusals: REFUSALS,
  }),
}
