import { and, eq, isNull } from 'drizzle-orm'
import { FIELD_TYPES } from '../event-types/fields.ts'
import type { Handler } from '../http/call.ts'
import { badRequest, conflict, notFound } from '../http/refusal.ts'
import {
  filledText,
  flag,
  oneOf,
  type Reader,
  readOrRefuse,
  record,
  shapeOf,
  text,
  withDefault,
} from '../http/shape.ts'
import { makeObjectId } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { fields } from '../storage/schema.ts'
import { showField } from './read.ts'

type Parts = { readonly db: Database; readonly now: () => number }
type FieldRow = typeof fields.$inferSelect
type Sent = Pick<FieldRow, 'entity' | 'key' | 'label' | 'type' | 'isPii' | 'discriminant' | 'metadata'>

/** A comment of the official SDK says `metric` where the lists say `statistic` (ambiguity 28). */
const entity: Reader<FieldRow['entity']> = (input, name) =>
  oneOf('user', 'state', 'statistic')(input === 'metric' ? 'statistic' : input, name)

const sentField = shapeOf<Sent>({
  entity,
  key: filledText,
  label: text,
  type: oneOf(...FIELD_TYPES),
  isPii: withDefault(flag, false),
  discriminant: withDefault(flag, false),
  metadata: withDefault(record, {}),
})

const isCountable = (type: Sent['type']): boolean => type === 'number' || type === 'currency'

/** POST …/fields. Statistics are numbers or currencies; a live key is taken once. */
export const createField =
  ({ db, now }: Parts): Handler =>
  async ({ param, body }) => {
    const sent = readOrRefuse(sentField, body)
    if (sent.entity === 'statistic' && !isCountable(sent.type)) {
      throw badRequest(['type of a statistic must be one of the following values: number, currency'])
    }
    const row = {
      id: makeObjectId(now()),
      projectId: param('projectId'),
      ...sent,
      createdAt: new Date(now()),
    }
    const [made] = await db.insert(fields).values(row).onConflictDoNothing().returning()
    if (!made) throw conflict(`Field ${sent.key} already exists`)
    return showField(made)
  }

/** DELETE …/fields/{_id}: archives it. Event types that carry it keep it; new ones cannot take it. */
export const deleteField =
  ({ db, now }: Parts): Handler =>
  async ({ param }) => {
    const isIt = and(eq(fields.projectId, param('projectId')), eq(fields.id, param('id')))
    const [gone] = await db
      .update(fields)
      .set({ archivedAt: new Date(now()) })
      .where(and(isIt, isNull(fields.archivedAt)))
      .returning()
    if (!gone) throw notFound(`Field ${param('id')} not found`)
    return showField(gone)
  }
