import { type Static, Type } from '@sinclair/typebox'
import { FieldType } from './field-type.ts'
import { Bag, Maybe } from './identifiers.ts'

/** One field of an event type, as written. */
export const NewEventTypeField = Type.Object(
  {
    label: Type.String({ description: 'Shown to people.', examples: ['Budget'] }),
    entity: Type.Union(
      [Type.Literal('user'), Type.Literal('state'), Type.Literal('statistic'), Type.Literal('event-type')],
      { description: 'Whose the value is; the first three are declared for the project beforehand.' },
    ),
    type: FieldType,
    ingestionKey: Type.String({
      description: 'Key looked up in the event’s `data`.',
      examples: ['form_budget'],
    }),
    storageKey: Type.String({
      description: 'Key it is stored under, unique in the project.',
      examples: ['budget'],
    }),
    optional: Type.Boolean({ description: 'A missing mandatory field sends the event to the trash.' }),
    isPii: Type.Optional(Type.Boolean({ description: 'Whether it is personal data.' })),
    discriminant: Type.Boolean({ description: 'Whether it tells users apart.' }),
    metadata: Type.Optional(Bag('Free; the SDK recommends `from`.', { from: 'shop' })),
  },
  { $id: 'NewEventTypeField', description: 'A field of an event type.' },
)
export type NewEventTypeField = Static<typeof NewEventTypeField>

/** One field of an event type, as read: whatever the upstream leaves out or adds is tolerated. */
export const EventTypeField = Type.Object(
  {
    label: Maybe(Type.String()),
    entity: Maybe(Type.String()),
    type: Type.String({ examples: ['number'] }),
    key: Maybe(Type.String({ description: 'Legacy: stands for both keys.' })),
    ingestionKey: Maybe(Type.String()),
    storageKey: Maybe(Type.String()),
    optional: Maybe(Type.Boolean()),
    isPii: Maybe(Type.Boolean()),
    discriminant: Maybe(Type.Boolean()),
    metadata: Maybe(Bag('Free.')),
  },
  { $id: 'EventTypeField', description: 'A field of an event type, as read.' },
)
export type EventTypeField = Static<typeof EventTypeField>
