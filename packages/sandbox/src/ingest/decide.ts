import { makeObjectId } from '../ids.ts'
import type { eventTypes, IngestionError, projects, rawEvents } from '../storage/schema.ts'
import { type MappedData, mapData } from './map-data.ts'

export type RawEvent = typeof rawEvents.$inferSelect
export type EventType = typeof eventTypes.$inferSelect
export type Project = typeof projects.$inferSelect

/** An event that ingestion accepts, with all that its rows are made of. */
export type Computable = { readonly raw: RawEvent; readonly type: EventType; readonly mapped: MappedData }

/** An event that ingestion refuses, and why. */
export type Trashable = { readonly raw: RawEvent; readonly errors: readonly IngestionError[] }

export type Decision = Computable | Trashable

/** Decides what becomes of an accepted event: its type must exist, not be archived, and fit its data. */
export const decide = (
  raw: RawEvent,
  project: Project,
  types: readonly EventType[],
  strict: boolean,
): Decision => {
  const type = types.find(({ reference }) => reference === raw.eventType)
  if (!type)
    return { raw, errors: [{ field: 'eventType', message: `event type ${raw.eventType} does not exist` }] }
  const countries = [...type.phoneParsingConfig, ...project.phoneParsingConfig]
  const mapping = mapData(type.fields, raw.data, { strict, currency: project.currency, countries })
  return 'errors' in mapping ? { raw, errors: mapping.errors } : { raw, type, mapped: mapping.mapped }
}

/** The date an event counts for: its own, else the moment it was received. */
export const dateOf = (raw: RawEvent): Date => raw.eventDate ?? raw.createdAt

/** Rows of the events and metrics tables for an event whose user is known. */
export const resultOf = ({ raw, type, mapped }: Computable, userId: string | undefined, at: Date) => {
  const shared = {
    projectId: raw.projectId,
    userId,
    eventType: raw.eventType,
    eventDate: dateOf(raw),
    createdAt: at,
    updatedAt: at,
  }
  const event = {
    ...shared,
    id: raw.id,
    eventTypeId: type.id,
    eventTypeVersion: type.version,
    attributable: type.attributable,
    event: mapped.event,
    user: Object.fromEntries(mapped.user.map(({ field, value }) => [field, value])),
  }
  const metrics = mapped.metrics.map((metric) => ({
    ...shared,
    ...metric,
    id: makeObjectId(at.getTime()),
    eventId: raw.id,
    metricDate: dateOf(raw),
  }))
  return { event, metrics }
}
