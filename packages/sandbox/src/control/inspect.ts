import { and, count, desc, eq, inArray, type SQL } from 'drizzle-orm'
import type { Database } from '../storage/database.ts'
import { events, integrations, interactions, rawEvents, trashedEvents, users } from '../storage/schema.ts'
import { showUsers } from '../users/show.ts'

/** What the sandbox holds of an event: as sent, what became of it, and how often it was received. */
export type InspectedEvent = {
  readonly id: string
  readonly nonce: string
  readonly projectId: string
  readonly eventType: string
  readonly eventDate: string | null
  readonly trackerId: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly status: 'accepted' | 'computed' | 'trashed'
  /** How many times this nonce was posted; above 1 the repeats were answered as duplicates. */
  readonly receptions: number
  readonly errors: readonly { readonly field: string; readonly message: string }[]
  readonly userId: string | null
  readonly receivedAt: string
}

export type EventFilter = {
  readonly eventType?: string | undefined
  readonly status?: InspectedEvent['status'] | undefined
  readonly nonce?: string | undefined
  readonly trackerId?: string | undefined
  readonly id?: string | undefined
  readonly limit?: number | undefined
}

const equal = <T>(value: T | undefined, make: (value: T) => SQL): SQL | undefined =>
  value === undefined ? undefined : make(value)

/** Events, newest first (at most 1,000), joined with what ingestion made of them. */
export const inspectEvents = async (
  db: Database,
  projectId: string,
  filter: EventFilter,
): Promise<readonly InspectedEvent[]> => {
  const rows = await db
    .select({
      raw: rawEvents,
      errors: trashedEvents.errors,
      userId: events.userId,
      computedDate: events.eventDate,
    })
    .from(rawEvents)
    .leftJoin(trashedEvents, eq(trashedEvents.id, rawEvents.id))
    .leftJoin(events, eq(events.id, rawEvents.id))
    .where(
      and(
        eq(rawEvents.projectId, projectId),
        equal(filter.eventType, (value) => eq(rawEvents.eventType, value)),
        equal(filter.status, (value) => eq(rawEvents.status, value)),
        equal(filter.nonce, (value) => eq(rawEvents.nonce, value)),
        equal(filter.trackerId, (value) => eq(rawEvents.trackerId, value)),
        equal(filter.id, (value) => eq(rawEvents.id, value)),
      ),
    )
    .orderBy(desc(rawEvents.createdAt), desc(rawEvents.id))
    .limit(filter.limit ?? 1000)
  return rows.map(({ raw, errors, userId, computedDate }) => ({
    ...{ id: raw.id, nonce: raw.nonce, projectId, eventType: raw.eventType, trackerId: raw.trackerId },
    eventDate: (raw.eventDate ?? computedDate)?.toISOString() ?? null,
    ...{ data: raw.data, status: raw.status, receptions: raw.receptions, errors: errors ?? [], userId },
    receivedAt: raw.createdAt.toISOString(),
  }))
}

export type InspectedInteraction = typeof interactions.$inferSelect & { readonly wmktId: string | null }

/** Offline interactions, newest first, from an offset on (at most 1,000). */
export const inspectInteractions = async (
  db: Database,
  projectId: string,
  offset = 0,
): Promise<readonly InspectedInteraction[]> => {
  const rows = await db
    .select({ interaction: interactions, wmktId: integrations.wmktId })
    .from(interactions)
    .leftJoin(integrations, eq(integrations.id, interactions.integrationId))
    .where(eq(interactions.projectId, projectId))
    .orderBy(desc(interactions.createdAt), desc(interactions.id))
    .offset(offset)
    .limit(1000)
  return rows.map(({ interaction, wmktId }) => ({ ...interaction, wmktId }))
}

export type InspectedUser = Awaited<ReturnType<typeof showUsers>>[number]

/** Users, newest first (at most 1,000). */
export const inspectUsers = async (db: Database, projectId: string): Promise<readonly InspectedUser[]> => {
  const isOwn = eq(users.projectId, projectId)
  const rows = await db
    .select()
    .from(users)
    .where(isOwn)
    .orderBy(desc(users.createdAt), desc(users.id))
    .limit(1000)
  return showUsers(db, rows, [])
}

export type Counts = {
  readonly accepted: number
  readonly computed: number
  readonly trashed: number
  readonly interactions: number
  readonly users: number
}

/** How many of each the project holds. */
export const countAll = async (db: Database, projectId: string): Promise<Counts> => {
  const byStatus = await db
    .select({ status: rawEvents.status, n: count() })
    .from(rawEvents)
    .where(
      and(eq(rawEvents.projectId, projectId), inArray(rawEvents.status, ['accepted', 'computed', 'trashed'])),
    )
    .groupBy(rawEvents.status)
  const of = (status: InspectedEvent['status']) => byStatus.find((row) => row.status === status)?.n ?? 0
  return {
    ...{ accepted: of('accepted'), computed: of('computed'), trashed: of('trashed') },
    interactions: await db.$count(interactions, eq(interactions.projectId, projectId)),
    users: await db.$count(users, eq(users.projectId, projectId)),
  }
}
