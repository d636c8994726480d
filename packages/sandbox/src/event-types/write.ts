import { and, eq, isNull } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import { conflict } from '../http/refusal.ts'
import {
  filledText,
  flag,
  listOf,
  optional,
  readOrRefuse,
  record,
  shapeOf,
  text,
  withDefault,
} from '../http/shape.ts'
import { makeObjectId } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { type EventTypeField, eventTypes, eventTypeVersions } from '../storage/schema.ts'
import { checkFields, eventTypeField } from './fields.ts'
import { expirationPolicy } from './policy.ts'
import { type EventTypeRow, findEventType, showEventType } from './read.ts'

type Parts = { readonly db: Database; readonly now: () => number }
type Table = Readonly<Record<string, unknown>>

type Created = {
  readonly reference: string
  readonly name: string
  readonly fields: readonly EventTypeField[]
  readonly metadata: Table
  readonly expirationPolicy: Table
  readonly attributable: boolean
  readonly phoneParsingConfig: readonly string[]
}

const created = shapeOf<Created>({
  reference: filledText,
  name: filledText,
  fields: listOf(eventTypeField),
  metadata: withDefault(record, {}),
  expirationPolicy: withDefault(expirationPolicy, { from: 'project' }),
  attributable: withDefault(flag, true),
  phoneParsingConfig: withDefault(listOf(text), []),
})

type Updated = {
  readonly [Key in 'name' | 'fields' | 'expirationPolicy' | 'attributable']: Created[Key] | undefined
}

const updated = shapeOf<Updated>({
  name: optional(filledText),
  fields: optional(listOf(eventTypeField)),
  expirationPolicy: optional(expirationPolicy),
  attributable: optional(flag),
})

const changed = (before: EventTypeRow, change: Updated, at: Date): EventTypeRow => ({
  ...before,
  name: change.name ?? before.name,
  fields: change.fields ?? before.fields,
  expirationPolicy: change.expirationPolicy ?? before.expirationPolicy,
  attributable: change.attributable ?? before.attributable,
  version: before.version + (change.fields ? 1 : 0),
  updatedAt: at,
})

/** POST …/event-types. A live reference is taken once; an archived one is free again. */
export const createEventType =
  ({ db, now }: Parts): Handler =>
  async ({ param, body }) => {
    const projectId = param('projectId')
    const read = readOrRefuse(created, body)
    await checkFields(db, projectId, read.fields)
    const at = new Date(now())
    const stamps = { createdAt: at, updatedAt: at }
    return db.transaction(async (tx) => {
      const row = { id: makeObjectId(now()), projectId, version: 1, ...read, ...stamps }
      const [made] = await tx.insert(eventTypes).values(row).onConflictDoNothing().returning()
      if (!made) throw conflict(`Event type ${read.reference} already exists`)
      await keepVersion(tx, made, at)
      return showEventType(made)
    })
  }

const keepVersion = (db: Database, { id, version, fields }: EventTypeRow, at: Date) =>
  db.insert(eventTypeVersions).values({ eventTypeId: id, version, fields, createdAt: at })

/** PATCH …/event-types/{reference}. `fields` must be the complete list; a change of them makes a new version. */
export const updateEventType =
  ({ db, now }: Parts): Handler =>
  async ({ param, body }) => {
    const projectId = param('projectId')
    const read = readOrRefuse(updated, body)
    if (read.fields) await checkFields(db, projectId, read.fields)
    const at = new Date(now())
    return db.transaction(async (tx) => {
      const before = await findEventType(tx, projectId, param('reference'), 'for update')
      const after = changed(before, read, at)
      await tx.update(eventTypes).set(after).where(eq(eventTypes.id, before.id))
      if (read.fields) await keepVersion(tx, after, at)
      return showEventType(after)
    })
  }

/** DELETE …/event-types/{reference}: archives it. Events stay, new ones of the type are trashed. */
export const deleteEventType =
  ({ db, now }: Parts): Handler =>
  async ({ param }) => {
    const { id } = await findEventType(db, param('projectId'), param('reference'))
    const at = new Date(now())
    const isLive = and(eq(eventTypes.id, id), isNull(eventTypes.archivedAt))
    const rows = await db.update(eventTypes).set({ archivedAt: at, updatedAt: at }).where(isLive).returning()
    return rows.map(showEventType)[0] ?? {}
  }
