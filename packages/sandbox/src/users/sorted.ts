import { and, count, eq, lt, notExists, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { type Order, orderedBy } from '../http/order.ts'
import type { Window } from '../http/page.ts'
import type { Database } from '../storage/database.ts'
import { users, userValues } from '../storage/schema.ts'

type Asked = { readonly where: SQL | undefined; readonly order: Order } & Window

const byBirth = (db: Database, { where, order, offset, limit }: Asked) =>
  db
    .select()
    .from(users)
    .where(where)
    .orderBy(...orderedBy(users.createdAt, order, users.id))
    .offset(offset)
    .limit(limit)

/** A user's least value of a field is the one that sorts it: no other of theirs comes before it. */
const isLeast = (db: Database): SQL => {
  const other = alias(userValues, 'other')
  const before = and(
    eq(other.userId, userValues.userId),
    eq(other.field, userValues.field),
    lt(other.proof, userValues.proof),
  )
  return notExists(db.select({ one: sql`1` }).from(other).where(before))
}

/** Users who have a value of a field, in its order. A walk along the index: a page costs no more with more users. */
const byField = (db: Database, projectId: string, field: string, asked: Asked) => {
  const ofField = and(eq(userValues.projectId, projectId), eq(userValues.field, field))
  const chosen = and(ofField, isLeast(db), asked.where)
  const isOwn = eq(users.id, userValues.userId)
  const page = db
    .select({ user: users })
    .from(userValues)
    .innerJoin(users, isOwn)
    .where(chosen)
    .orderBy(...orderedBy(userValues.proof, asked.order, userValues.userId))
    .offset(asked.offset)
    .limit(asked.limit)
  const counted = db.select({ n: count() }).from(userValues).innerJoin(users, isOwn).where(chosen)
  return { page, total: async () => (await counted)[0]?.n ?? 0 }
}

const hasNone = (db: Database, field: string): SQL => {
  const isOfField = and(eq(userValues.userId, users.id), eq(userValues.field, field))
  return notExists(db.select({ one: sql`1` }).from(userValues).where(isOfField))
}

/** Users by a field; those without a value of it come last, by birth, whichever the order. */
export const sortedBy = async (db: Database, projectId: string, field: string, asked: Asked) => {
  const { page, total } = byField(db, projectId, field, asked)
  const found = (await page).map(({ user }) => user)
  if (found.length === asked.limit) return found
  const before = found.length > 0 || asked.offset === 0 ? asked.offset + found.length : await total()
  const where = and(asked.where, hasNone(db, field))
  const rest = { offset: Math.max(0, asked.offset - before), limit: asked.limit - found.length }
  return [...found, ...(await byBirth(db, { ...asked, where, ...rest }))]
}
