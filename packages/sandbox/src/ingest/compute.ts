import { and, eq, inArray, isNull } from 'drizzle-orm'
import { makeObjectId } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { rowsOf } from '../storage/rows.ts'
import { events, eventTypes, metrics, projects, rawEvents, trashedEvents } from '../storage/schema.ts'
import { reconcile, type Traces } from '../users/reconcile.ts'
import { absorbUsers, linkTraces, loadKnown, touchUsers } from '../users/store.ts'
import { type Computable, dateOf, decide, type RawEvent, resultOf, type Trashable } from './decide.ts'

const tracesOfEvent = ({ raw, mapped }: Computable): Traces => ({
  trackerId: raw.trackerId ?? undefined,
  values: mapped.user,
})

/** Follows a user through the merges of one batch to who they ended up as. */
const finalId = (aliases: ReadonlyMap<string, string>, userId: string): string => {
  const next = aliases.get(userId)
  return next === undefined ? userId : finalId(aliases, next)
}

const assignUsers = async (db: Database, projectId: string, list: readonly Computable[], at: Date) => {
  const known = await loadKnown(db, projectId, list.map(tracesOfEvent))
  const aliases = new Map<string, string>()
  const first = list.map((item) => {
    const { userId, absorbed } = reconcile(tracesOfEvent(item), known, () => makeObjectId(at.getTime()))
    if (userId !== undefined) for (const id of absorbed) aliases.set(id, userId)
    return { item, userId }
  })
  const assigned = first.map(({ item, userId }) => ({ item, userId: userId && finalId(aliases, userId) }))
  return { assigned, aliases }
}

type Assigned = Awaited<ReturnType<typeof assignUsers>>

const widest = (dates: readonly Date[]) => {
  const times = dates.map((date) => date.getTime())
  return { firstEventDate: new Date(Math.min(...times)), lastEventDate: new Date(Math.max(...times)) }
}

const storeUsers = async (
  db: Database,
  projectId: string,
  { assigned, aliases }: Assigned,
  at: Date,
): Promise<void> => {
  const owned = assigned.flatMap(({ item, userId }) => (userId === undefined ? [] : [{ item, userId }]))
  const rows = [...new Set(owned.map(({ userId }) => userId))].map((id) => ({
    id,
    projectId,
    ...widest(owned.flatMap(({ item, userId }) => (userId === id ? [dateOf(item.raw)] : []))),
    createdAt: at,
    updatedAt: at,
  }))
  await touchUsers(db, rows)
  for (const id of new Set([...aliases.values()].map((value) => finalId(aliases, value)))) {
    const absorbed = [...aliases.keys()].filter((gone) => finalId(aliases, gone) === id)
    await absorbUsers(db, id, absorbed)
  }
  await linkTraces(
    db,
    projectId,
    owned.map(({ item, userId }) => ({ userId, traces: tracesOfEvent(item) })),
    at,
  )
}

const storeComputed = async (
  db: Database,
  projectId: string,
  list: readonly Computable[],
  at: Date,
): Promise<void> => {
  if (list.length === 0) return
  const users = await assignUsers(db, projectId, list, at)
  await storeUsers(db, projectId, users, at)
  const rows = users.assigned.map(({ item, userId }) => resultOf(item, userId, at))
  await db.insert(events).select(
    rowsOf(
      events,
      rows.map(({ event }) => event),
    ),
  )
  const found = rows.flatMap((row) => row.metrics)
  if (found.length > 0) await db.insert(metrics).select(rowsOf(metrics, found))
  await setStatus(db, list, 'computed')
}

/** Writes refused events to the trash, with the reasons. */
export const storeTrashed = async (db: Database, list: readonly Trashable[], at: Date): Promise<void> => {
  if (list.length === 0) return
  const rows = list.map(
    ({ raw: { id, projectId, nonce, eventType, eventDate, trackerId, data }, errors }) => ({
      ...{ id, projectId, nonce, eventType, eventDate, trackerId, data },
      errors,
      createdAt: at,
    }),
  )
  await db.insert(trashedEvents).select(rowsOf(trashedEvents, rows))
  await setStatus(db, list, 'trashed')
}

const setStatus = async (
  db: Database,
  list: readonly { raw: RawEvent }[],
  status: 'computed' | 'trashed',
) => {
  const ids = list.map(({ raw }) => raw.id)
  await db.update(rawEvents).set({ status }).where(inArray(rawEvents.id, ids))
}

export type Computed = { readonly computed: readonly Computable[]; readonly trashed: readonly Trashable[] }

/**
 * Computes accepted events of one project: sorts their data, finds their users, writes events and metrics or the
 * trash. A dozen statements however many events, so it belongs in one transaction. `silentTrash` names events that
 * a fault throws away.
 */
export const computeEvents = async (
  db: Database,
  projectId: string,
  list: readonly RawEvent[],
  rules: { readonly strict: boolean; readonly at: Date; silentTrash(raw: RawEvent): boolean },
): Promise<Computed> => {
  const [project] = await db.select().from(projects).where(eq(projects.id, projectId))
  if (!project) throw new Error(`raw events of a project that does not exist: ${projectId}`)
  const types = await db
    .select()
    .from(eventTypes)
    .where(and(eq(eventTypes.projectId, projectId), isNull(eventTypes.archivedAt)))
  const decisions = list.map((raw) =>
    rules.silentTrash(raw)
      ? { raw, errors: [{ field: 'eventType', message: 'trashed by a fault of the sandbox' }] }
      : decide(raw, project, types, rules.strict),
  )
  const computed = decisions.flatMap((decision) => ('mapped' in decision ? [decision] : []))
  const trashed = decisions.flatMap((decision) => ('errors' in decision ? [decision] : []))
  await storeComputed(db, projectId, computed, rules.at)
  await storeTrashed(db, trashed, rules.at)
  return { computed, trashed }
}
