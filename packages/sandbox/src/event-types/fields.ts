import { and, eq, isNull } from 'drizzle-orm'
import { badRequest } from '../http/refusal.ts'
import {
  filledText,
  flag,
  isRecord,
  oneOf,
  type Reader,
  record,
  shapeOf,
  text,
  withDefault,
} from '../http/shape.ts'
import type { Database } from '../storage/database.ts'
import { type EventTypeField, fields } from '../storage/schema.ts'

export const FIELD_TYPES = [
  'string',
  'email',
  'boolean',
  'date',
  'location',
  'currency',
  'number',
  'phone',
] as const

type ProjectField = typeof fields.$inferSelect

const whole = shapeOf<EventTypeField>({
  label: text,
  entity: oneOf('user', 'state', 'statistic', 'event-type'),
  type: oneOf(...FIELD_TYPES),
  ingestionKey: filledText,
  storageKey: filledText,
  optional: withDefault(flag, true),
  isPii: withDefault(flag, false),
  discriminant: withDefault(flag, false),
  metadata: withDefault(record, {}),
})

/** One field of an event type. A legacy `key` stands for both keys, as the official SDK still maps it. */
export const eventTypeField: Reader<EventTypeField> = (input, name) =>
  whole(isRecord(input) ? { ingestionKey: input.key, storageKey: input.key, ...input } : input, name)

const repeated = (keys: readonly string[]): readonly string[] => [
  ...new Set(keys.filter((key, index) => keys.indexOf(key) !== index)),
]

const wrongWith = (field: EventTypeField, known: readonly ProjectField[]): readonly string[] => {
  const { entity, storageKey, type } = field
  const declared = known.find(({ key }) => key === storageKey)
  if (entity === 'event-type')
    return declared ? [`storageKey ${storageKey} is a field of the project already`] : []
  if (declared?.entity !== entity) return [`storageKey ${storageKey} is not a ${entity} field of the project`]
  return declared.type === type ? [] : [`type of ${storageKey} must be ${declared.type}, as in the project`]
}

/**
 * Checks an event type's fields against each other and the project's: keys unique, project-level entities declared
 * there with the same type.
 *
 * @throws Refusal 400
 */
export const checkFields = async (
  db: Database,
  projectId: string,
  own: readonly EventTypeField[],
): Promise<void> => {
  const known = await db
    .select()
    .from(fields)
    .where(and(eq(fields.projectId, projectId), isNull(fields.archivedAt)))
  const wrong = [
    ...own.flatMap((field) => wrongWith(field, known)),
    ...repeated(own.map(({ ingestionKey }) => ingestionKey)).map(
      (key) => `ingestionKey ${key} is used twice`,
    ),
    ...repeated(own.map(({ storageKey }) => storageKey)).map((key) => `storageKey ${key} is used twice`),
  ]
  if (wrong.length > 0) throw badRequest(wrong)
}
