import { and, eq, isNull, or } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import { badRequest } from '../http/refusal.ts'
import { dateTime } from '../http/rfc3339.ts'
import { optional, type Reader, readOrRefuse, record, shapeOf } from '../http/shape.ts'
import { makeObjectId } from '../ids.ts'
import { readValue } from '../ingest/field-values.ts'
import { proofOf, type UserValue } from '../ingest/map-data.ts'
import type { Lane } from '../lane.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import { campaigns, fields, integrations, interactions, projects } from '../storage/schema.ts'
import { reconcile } from '../users/reconcile.ts'
import { absorbUsers, linkTraces, loadKnown, touchUsers } from '../users/store.ts'

type Table = Readonly<Record<string, unknown>>
type Sent = { readonly date: Date | undefined; readonly userData: Table; readonly nodeData: Table }
/** An offline interaction as stored. */
export type Interaction = typeof interactions.$inferSelect
type Integration = typeof integrations.$inferSelect

export type InteractionParts = {
  readonly db: Database
  readonly lane: Lane
  readonly settings: Settings
  readonly now: () => number
  heard(interaction: Interaction): void
}

const tableOrNone: Reader<Table> = (input, name) =>
  input === undefined || input === null ? { value: {} } : record(input, name)

const sentOf = (strict: boolean): Reader<Sent> =>
  shapeOf<Sent>({ date: optional(dateTime(strict)), userData: tableOrNone, nodeData: tableOrNone })

const findIntegration = async (db: Database, projectId: string, { wmktId }: Table): Promise<Integration> => {
  if (wmktId === undefined || wmktId === null || wmktId === '')
    throw badRequest('wmktId must be present in nodeData')
  if (typeof wmktId !== 'string') throw badRequest('nodeData.wmktId must be a string')
  const isIt = and(eq(integrations.projectId, projectId), eq(integrations.wmktId, wmktId))
  const [integration] = await db.select().from(integrations).where(isIt)
  if (!integration) throw badRequest(`No integration with wmktId ${wmktId}`)
  if (!integration.type.startsWith('custom'))
    throw badRequest('Offline interactions need a custom integration')
  return integration
}

/** Reads the identity fields: only discriminant user fields of the project, at least one, each fit for its type. */
const readUserData = async (
  db: Database,
  projectId: string,
  sent: Table,
  strict: boolean,
): Promise<readonly UserValue[]> => {
  const [project] = await db.select().from(projects).where(eq(projects.id, projectId))
  const known = await db
    .select()
    .from(fields)
    .where(and(eq(fields.projectId, projectId), eq(fields.entity, 'user'), isNull(fields.archivedAt)))
  const rules = { strict, currency: project?.currency ?? 'EUR', countries: project?.phoneParsingConfig ?? [] }
  const given = Object.entries(sent).filter(([, value]) => value !== null && value !== '')
  const values = given.map(([key, input]): UserValue => {
    const field = known.find((candidate) => candidate.key === key && candidate.discriminant)
    if (!field) throw badRequest(`userData.${key} is not a discriminant user field of the project`)
    const read = readValue(field.type, input, rules)
    if ('wrong' in read) throw badRequest(`userData.${key} ${read.wrong}`)
    return { field: key, proof: proofOf(read.value), value: read.value, discriminant: true }
  })
  if (values.length === 0) throw badRequest('userData must hold at least one discriminant field')
  return values
}

/** The campaign `cid` means, by id or slug. Traffic with an unknown slug makes an implicit campaign, as the reference says. */
const campaignOf = async (
  db: Database,
  { id, projectId }: Integration,
  { cid }: Table,
  at: Date,
): Promise<string | null> => {
  if (typeof cid !== 'string' || cid === '') return null
  if (cid.length > 255) throw badRequest('nodeData.cid must be at most 255 characters')
  const isIt = or(eq(campaigns.id, cid), eq(campaigns.campaignSlug, cid))
  const [known] = await db
    .select()
    .from(campaigns)
    .where(and(eq(campaigns.integrationId, id), isIt))
  if (known) return known.id
  const made = { id: makeObjectId(at.getTime()), projectId, integrationId: id, name: cid, campaignSlug: cid }
  await db.insert(campaigns).values({ ...made, active: true, explicit: false, createdAt: at, updatedAt: at })
  return made.id
}

const userOf = async (
  db: Database,
  projectId: string,
  values: readonly UserValue[],
  date: Date,
  at: Date,
): Promise<string> => {
  const traces = { trackerId: undefined, values }
  const { userId, absorbed } = reconcile(traces, await loadKnown(db, projectId, [traces]), () =>
    makeObjectId(at.getTime()),
  )
  if (userId === undefined) throw badRequest('userData must hold at least one discriminant field')
  const dates = { firstInteractionDate: date, lastInteractionDate: date }
  await touchUsers(db, [{ id: userId, projectId, ...dates, createdAt: at, updatedAt: at }])
  if (absorbed.length > 0) await absorbUsers(db, userId, absorbed)
  await linkTraces(db, projectId, [{ userId, traces }], at)
  return userId
}

const storeInteraction = async (
  db: Database,
  projectId: string,
  sent: Sent,
  strict: boolean,
  at: Date,
): Promise<Interaction> => {
  const integration = await findIntegration(db, projectId, sent.nodeData)
  const values = await readUserData(db, projectId, sent.userData, strict)
  const date = sent.date ?? at
  const userId = await userOf(db, projectId, values, date, at)
  const campaignId = await campaignOf(db, integration, sent.nodeData, at)
  const { userData, nodeData } = sent
  const row = { id: makeObjectId(at.getTime()), projectId, userId, integrationId: integration.id, campaignId }
  const interaction = { ...row, date, userData, nodeData, createdAt: at }
  await db.insert(interactions).values(interaction)
  return interaction
}

/** POST …/interactions/offline: synchronous, and without a nonce: the same interaction sent twice is two. */
export const createOfflineInteraction =
  ({ db, lane, settings, now, heard }: InteractionParts): Handler =>
  async ({ param, body }) => {
    const projectId = param('projectId')
    const sent = readOrRefuse(sentOf(settings.strict), body)
    const at = new Date(now())
    const interaction = await lane(() =>
      db.transaction((tx) => storeInteraction(tx, projectId, sent, settings.strict, at)),
    )
    heard(interaction)
    return { id: interaction.id }
  }
