import { and, asc, desc, eq, ilike, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import { pageOf, type Window, windowShape } from '../http/page.ts'
import { optional, type Reader, readOrRefuse, shapeOf, text } from '../http/shape.ts'
import { switchText } from '../http/switch.ts'
import { containing } from '../storage/containing.ts'
import type { Database } from '../storage/database.ts'
import { eventTypes } from '../storage/schema.ts'
import { showEventType } from './read.ts'

type Query = Window & {
  readonly search: string | undefined
  readonly archived: boolean | undefined
  readonly storageKey: string | undefined
  readonly reference: string | undefined
  readonly sort: readonly SQL[]
}

const SORTABLE = {
  name: eventTypes.name,
  reference: eventTypes.reference,
  createdAt: eventTypes.createdAt,
  updatedAt: eventTypes.updatedAt,
  archivedAt: eventTypes.archivedAt,
}

const isSortable = (key: string): key is keyof typeof SORTABLE => Object.hasOwn(SORTABLE, key)

/** `name,-createdAt`: a comma list, a minus for descending. */
const sortText: Reader<readonly SQL[]> = (input, name) => {
  const parts = typeof input === 'string' ? input.split(',').filter((part) => part !== '') : []
  const orders = parts.map((part) => {
    const key = part.replace(/^-/, '')
    if (!isSortable(key)) return undefined
    return part.startsWith('-') ? desc(SORTABLE[key]) : asc(SORTABLE[key])
  })
  const known = orders.flatMap((order) => order ?? [])
  return known.length === parts.length
    ? { value: known }
    : { wrong: [`${name} must be a comma list of ${Object.keys(SORTABLE).join(', ')}`] }
}

const query = shapeOf<Query>({
  ...windowShape,
  search: optional(text),
  archived: switchText,
  storageKey: optional(text),
  reference: optional(text),
  sort: sortText,
})

/** `archived` true: only the archived ones; false or absent: only the others (ambiguity 22). */
const filterOf = (projectId: string, { search, archived, storageKey, reference }: Query): SQL | undefined =>
  and(
    eq(eventTypes.projectId, projectId),
    archived ? isNotNull(eventTypes.archivedAt) : isNull(eventTypes.archivedAt),
    search
      ? or(ilike(eventTypes.name, containing(search)), ilike(eventTypes.reference, containing(search)))
      : undefined,
    storageKey ? sql`${eventTypes.fields} @> ${JSON.stringify([{ storageKey }])}::jsonb` : undefined,
    reference ? eq(eventTypes.reference, reference) : undefined,
  )

/** GET …/event-types */
export const listEventTypes =
  (db: Database): Handler =>
  async ({ param, query: asked }) => {
    const read = readOrRefuse(query, asked)
    const where = filterOf(param('projectId'), read)
    const total = await db.$count(eventTypes, where)
    const rows = await db
      .select()
      .from(eventTypes)
      .where(where)
      .orderBy(...read.sort, asc(eventTypes.createdAt), asc(eventTypes.id))
      .offset(read.offset)
      .limit(read.limit)
    return pageOf(rows.map(showEventType), total, read)
  }
