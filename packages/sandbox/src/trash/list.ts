import { and, desc, eq, gte, lte } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import { pageOf, type Window, windowShape } from '../http/page.ts'
import { dateTime } from '../http/rfc3339.ts'
import { optional, readOrRefuse, shapeOf } from '../http/shape.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { trashedEvents } from '../storage/schema.ts'
import { tallyOf } from '../storage/tally.ts'

type Query = Window & { readonly since: Date | undefined; readonly until: Date | undefined }

const queryOf = (strict: boolean) =>
  shapeOf<Query>({ ...windowShape, since: optional(dateTime(strict)), until: optional(dateTime(strict)) })

/** `errors` hold objects today and will hold plain strings, says the reference; a setting shows readers that future. */
const show = ({ id, errors, ...row }: typeof trashedEvents.$inferSelect, plain: boolean) => ({
  _id: id,
  ...row,
  errors: plain ? errors.map(({ field, message }) => `${field} ${message}`) : errors,
})

/** GET …/trashed-events: newest first, by the moment they were trashed, bounds inclusive. */
export const listTrashedEvents =
  (db: Database, settings: Settings): Handler =>
  async ({ param, query }) => {
    const projectId = param('projectId')
    const read = readOrRefuse(queryOf(settings.strict), query)
    const where = and(
      eq(trashedEvents.projectId, projectId),
      read.since && gte(trashedEvents.createdAt, read.since),
      read.until && lte(trashedEvents.createdAt, read.until),
    )
    const isBounded = read.since !== undefined || read.until !== undefined
    const total = isBounded
      ? await db.$count(trashedEvents, where)
      : await tallyOf(db, projectId, 'trashed_events')
    const rows = await db
      .select()
      .from(trashedEvents)
      .where(where)
      .orderBy(desc(trashedEvents.createdAt), desc(trashedEvents.id))
      .offset(read.offset)
      .limit(read.limit)
    return pageOf(
      rows.map((row) => show(row, settings.plainTrashErrors)),
      total,
      read,
    )
  }
