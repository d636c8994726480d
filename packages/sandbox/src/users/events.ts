import { and, eq, gte, inArray, lte } from 'drizzle-orm'
import { showEvent } from '../events/read.ts'
import type { Handler } from '../http/call.ts'
import { type Order, orderedBy, orderText } from '../http/order.ts'
import { pageOf, type Window, windowShape } from '../http/page.ts'
import { notFound } from '../http/refusal.ts'
import { dateTime } from '../http/rfc3339.ts'
import { optional, readOrRefuse, shapeOf, text } from '../http/shape.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { events, metrics, users } from '../storage/schema.ts'

type Query = Window & {
  readonly eventType: string | undefined
  readonly since: Date | undefined
  readonly until: Date | undefined
  readonly order: Order
}

const queryOf = (strict: boolean) =>
  shapeOf<Query>({
    ...windowShape,
    eventType: optional(text),
    since: optional(dateTime(strict)),
    until: optional(dateTime(strict)),
    order: orderText('DESC'),
  })

const assertUser = async (db: Database, projectId: string, id: string): Promise<void> => {
  const isIt = and(eq(users.projectId, projectId), eq(users.id, id))
  if ((await db.$count(users, isIt)) === 0) throw notFound(`User ${id} not found`)
}

/** GET …/users/{id}/events: computed events of a user, newest first. */
export const listUserEvents =
  (db: Database, settings: Settings): Handler =>
  async ({ param, query }) => {
    const asked = readOrRefuse(queryOf(settings.strict), query)
    await assertUser(db, param('projectId'), param('id'))
    const where = and(
      eq(events.userId, param('id')),
      asked.eventType ? eq(events.eventType, asked.eventType) : undefined,
      asked.since && gte(events.eventDate, asked.since),
      asked.until && lte(events.eventDate, asked.until),
    )
    const rows = await db
      .select()
      .from(events)
      .where(where)
      .orderBy(...orderedBy(events.eventDate, asked.order, events.id))
      .offset(asked.offset)
      .limit(asked.limit)
    const ids = rows.map(({ id }) => id)
    const own = ids.length === 0 ? [] : await db.select().from(metrics).where(inArray(metrics.eventId, ids))
    const shown = rows.map((row) =>
      showEvent(
        row,
        own.filter(({ eventId }) => eventId === row.id),
      ),
    )
    return pageOf(shown, await db.$count(events, where), asked)
  }
