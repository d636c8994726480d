import { and, eq, inArray, or, sql } from 'drizzle-orm'
import type { Database } from '../storage/database.ts'
import { rowsOf } from '../storage/rows.ts'
import { events, interactions, metrics, trackers, users, userValues } from '../storage/schema.ts'
import { type Known, proofTrace, type Traces, trackerTrace } from './reconcile.ts'

/** Who is known by any of these traces: two indexed look-ups, however many events ask. */
export const loadKnown = async (db: Database, projectId: string, all: readonly Traces[]): Promise<Known> => {
  const known: Known = new Map()
  const trackerIds = [...new Set(all.flatMap(({ trackerId }) => trackerId ?? []))]
  const proofs = all.flatMap(({ values }) => values.filter(({ discriminant }) => discriminant))
  if (trackerIds.length > 0) {
    const of = and(eq(trackers.projectId, projectId), inArray(trackers.trackerId, trackerIds))
    for (const row of await db.select().from(trackers).where(of))
      known.set(trackerTrace(row.trackerId), row.userId)
  }
  if (proofs.length > 0) {
    const matches = [...new Set(proofs.map(({ field }) => field))].map((field) => {
      const ofField = proofs.flatMap((value) => (value.field === field ? [value.proof] : []))
      return and(eq(userValues.field, field), inArray(userValues.proof, [...new Set(ofField)]))
    })
    const rows = await db
      .select()
      .from(userValues)
      .where(and(eq(userValues.projectId, projectId), or(...matches)))
    for (const row of rows) known.set(proofTrace(row.field, row.proof), row.userId)
  }
  return known
}

/** Moves everything of the absorbed users to the one who stays. */
export const absorbUsers = async (
  db: Database,
  userId: string,
  absorbed: readonly string[],
): Promise<void> => {
  for (const table of [trackers, events, metrics, interactions]) {
    await db
      .update(table)
      .set({ userId })
      .where(inArray(table.userId, [...absorbed]))
  }
  const values = await db
    .delete(userValues)
    .where(inArray(userValues.userId, [...absorbed]))
    .returning()
  const moved = values.map((row) => ({ ...row, userId }))
  if (moved.length > 0) await db.insert(userValues).values(moved).onConflictDoNothing()
  const gone = await db
    .delete(users)
    .where(inArray(users.id, [...absorbed]))
    .returning()
  for (const row of gone) await touchUsers(db, [{ ...row, id: userId }])
}

/** Writes users: new ones whole, known ones with their first and last dates widened. */
export const touchUsers = async (
  db: Database,
  rows: readonly (typeof users.$inferInsert)[],
): Promise<void> => {
  if (rows.length === 0) return
  await db
    .insert(users)
    .select(rowsOf(users, rows))
    .onConflictDoUpdate({
      target: users.id,
      set: {
        firstInteractionDate: sql`least(${users.firstInteractionDate}, excluded.first_interaction_date)`,
        lastInteractionDate: sql`greatest(${users.lastInteractionDate}, excluded.last_interaction_date)`,
        firstEventDate: sql`least(${users.firstEventDate}, excluded.first_event_date)`,
        lastEventDate: sql`greatest(${users.lastEventDate}, excluded.last_event_date)`,
        updatedAt: sql`greatest(${users.updatedAt}, excluded.updated_at)`,
      },
    })
}

type Link = { readonly userId: string; readonly traces: Traces }

/** Remembers what told who the users are: their trackers and every value of their fields. */
export const linkTraces = async (
  db: Database,
  projectId: string,
  links: readonly Link[],
  at: Date,
): Promise<void> => {
  const seen = links.flatMap(({ userId, traces: { trackerId } }) =>
    trackerId === undefined ? [] : [{ projectId, trackerId, userId, createdAt: at }],
  )
  const values = links.flatMap(({ userId, traces }) =>
    traces.values.map(({ field, proof, value }) => ({
      userId,
      projectId,
      field,
      proof,
      value,
      createdAt: at,
    })),
  )
  if (seen.length > 0) await db.insert(trackers).select(rowsOf(trackers, seen)).onConflictDoNothing()
  if (values.length > 0) await db.insert(userValues).select(rowsOf(userValues, values)).onConflictDoNothing()
}
