import { and, eq } from 'drizzle-orm'
import { findEvent } from '../events/read.ts'
import type { Handler } from '../http/call.ts'
import { badRequest, notFound } from '../http/refusal.ts'
import { dateTime } from '../http/rfc3339.ts'
import { optional, type Reader, readOrRefuse, shapeOf } from '../http/shape.ts'
import { makeObjectId } from '../ids.ts'
import { readValue, type Value } from '../ingest/field-values.ts'
import { metricOf, readState } from '../ingest/map-data.ts'
import type { Lane } from '../lane.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { type EventTypeField, eventTypeVersions, metrics, projects } from '../storage/schema.ts'
import { showMetric } from './show.ts'

type Entity = 'state' | 'statistic'
type Sent = { readonly value: unknown; readonly date: Date | undefined }
type EventRow = Awaited<ReturnType<typeof findEvent>>

export type UpsertParts = {
  readonly db: Database
  readonly lane: Lane
  readonly settings: Settings
  readonly now: () => number
}

const anything: Reader<unknown> = (input) => ({ value: input })

/** "Leave it blank if not relevant": no date, null and the empty string are the same. */
const blankOr =
  (read: Reader<Date>): Reader<Date | undefined> =>
  (input, name) =>
    input === '' ? { value: undefined } : optional(read)(input, name)

const sentOf = (strict: boolean): Reader<Sent> =>
  shapeOf<Sent>({ value: anything, date: blankOr(dateTime(strict)) })

/** Asks the event type as it was when the event was created: what came later does not apply to it. */
const fieldOf = async (
  db: Database,
  event: EventRow,
  entity: Entity,
  key: string,
): Promise<EventTypeField> => {
  const { eventTypeId, eventTypeVersion: version } = event
  const isThen = and(eq(eventTypeVersions.eventTypeId, eventTypeId), eq(eventTypeVersions.version, version))
  const [then] = await db.select().from(eventTypeVersions).where(isThen)
  const field = then?.fields.find((candidate) => candidate.entity === entity && candidate.storageKey === key)
  if (!field) throw notFound('No storageKey matching field in this eventType')
  return field
}

const readMetric = async (
  db: Database,
  projectId: string,
  field: EventTypeField,
  sent: Sent,
  strict: boolean,
) => {
  const [project] = await db.select().from(projects).where(eq(projects.id, projectId))
  const rules = { strict, currency: project?.currency ?? 'EUR', countries: [] }
  const read: Value =
    field.entity === 'state' ? readState(sent.value, strict) : readStatistic(field, sent.value, rules)
  if ('wrong' in read) throw badRequest([`value ${read.wrong}`])
  return read.value
}

/** A statistic's value is a number; of a currency one, a number means the project's currency (ambiguity 24). */
const readStatistic = (
  field: EventTypeField,
  value: unknown,
  rules: Parameters<typeof readValue>[2],
): Value => {
  if (typeof value !== 'number')
    return rules.strict ? { wrong: 'must be a number' } : readValue(field.type, value, rules)
  return readValue(field.type, value, { ...rules, strict: false })
}

const upsert = async (
  db: Database,
  event: EventRow,
  field: EventTypeField,
  value: unknown,
  sent: Sent,
  at: Date,
) => {
  const entity = field.entity === 'state' ? 'state' : 'statistic'
  const { id: eventId, projectId, userId, eventType, eventDate } = event
  const found = metricOf(entity, field.storageKey, value)
  const told = { value: found.value, amount: found.amount ?? null, currency: found.currency ?? null }
  const change = { ...told, metricDate: sent.date ?? null, updatedAt: at }
  const made = {
    id: makeObjectId(at.getTime()),
    projectId,
    userId,
    eventId,
    eventType,
    eventDate,
    createdAt: at,
  }
  const [row] = await db
    .insert(metrics)
    .values({ ...made, type: entity, storageKey: field.storageKey, ...change })
    .onConflictDoUpdate({ target: [metrics.eventId, metrics.storageKey], set: change })
    .returning()
  if (!row) throw new Error('an upsert of a metric gave no row back')
  return showMetric(row)
}

/** PATCH …/events/{id}/states/{storageKey} and …/statistics/{storageKey}: sets it, whether or not it was there. */
export const upsertMetric =
  ({ db, lane, settings, now }: UpsertParts, entity: Entity): Handler =>
  async ({ param, body }) => {
    const sent = readOrRefuse(sentOf(settings.strict), body)
    return lane(async () => {
      const event = await findEvent(db, param('projectId'), param('id'))
      const field = await fieldOf(db, event, entity, param('storageKey'))
      const value = await readMetric(db, event.projectId, field, sent, settings.strict)
      return upsert(db, event, field, value, sent, new Date(now()))
    })
  }
