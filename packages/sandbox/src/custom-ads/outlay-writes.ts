import { eq } from 'drizzle-orm'
import type { Handler } from '../http/call.ts'
import { badRequest } from '../http/refusal.ts'
import { dateTime } from '../http/rfc3339.ts'
import { filledText, number, optional, type Reader, readOrRefuse, shapeOf, text } from '../http/shape.ts'
import { makeObjectId } from '../ids.ts'
import { outlays } from '../storage/schema.ts'
import { findCampaign } from './campaigns.ts'
import { findOutlay, findParent, type OutlayParts, type OutlayRow } from './outlays.ts'

type Sent = Pick<OutlayRow, 'amount' | 'startDate' | 'endDate'> & {
  country: string | undefined
  region: string | undefined
}

const sentOf = (strict: boolean): Reader<Sent> =>
  shapeOf<Sent>({
    amount: number,
    startDate: dateTime(strict),
    endDate: dateTime(strict),
    country: optional(text),
    region: optional(text),
  })

const assertOrder = (startDate: Date, endDate: Date): void => {
  if (startDate >= endDate) throw badRequest(['startDate must be less than endDate'])
}

/** POST …/outlays: an amount in the integration's currency over a time that starts before it ends. */
export const createOutlay =
  ({ db, settings, now }: OutlayParts): Handler =>
  async (call) => {
    const sent = readOrRefuse(sentOf(settings.strict), call.body)
    assertOrder(sent.startDate, sent.endDate)
    const { integration, campaign } = await findParent(db, call)
    const { id: integrationId, projectId, currency } = integration
    const at = new Date(now())
    const id = makeObjectId(now())
    await db.insert(outlays).values({
      id,
      projectId,
      integrationId,
      campaignId: campaign.id,
      currency,
      ...sent,
      createdAt: at,
      updatedAt: at,
    })
    return { id }
  }

type Change = { readonly [Key in keyof Sent]: Sent[Key] | undefined } & {
  readonly campaignId: string | undefined
}

const changeOf = (strict: boolean): Reader<Change> =>
  shapeOf<Change>({
    amount: optional(number),
    startDate: optional(dateTime(strict)),
    endDate: optional(dateTime(strict)),
    campaignId: optional(filledText),
    country: optional(text),
    region: optional(text),
  })

const changed = (before: OutlayRow, change: Change) => ({
  amount: change.amount ?? before.amount,
  startDate: change.startDate ?? before.startDate,
  endDate: change.endDate ?? before.endDate,
  campaignId: change.campaignId ?? before.campaignId,
  country: change.country ?? before.country,
  region: change.region ?? before.region,
})

const NOTHING: Change = {
  amount: undefined,
  startDate: undefined,
  endDate: undefined,
  campaignId: undefined,
  country: undefined,
  region: undefined,
}

/** PATCH …/outlays/{outlayId}: any of its parts; `campaignId` moves it to another campaign of the integration. */
export const updateOutlay =
  ({ db, settings, now }: OutlayParts): Handler =>
  async (call) => {
    const change = readOrRefuse(changeOf(settings.strict), call.body)
    const before = await findOutlay(db, call)
    const after = changed(before, change)
    assertOrder(after.startDate, after.endDate)
    await findCampaign(db, before.integrationId, after.campaignId)
    if (JSON.stringify(after) === JSON.stringify(changed(before, NOTHING))) return { modifiedCount: 0 }
    await db
      .update(outlays)
      .set({ ...after, updatedAt: new Date(now()) })
      .where(eq(outlays.id, before.id))
    return { modifiedCount: 1 }
  }
