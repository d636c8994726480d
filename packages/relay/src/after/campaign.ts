import type { Campaign } from '@wmkt/api'
import type { ApiClient } from '@wmkt/api/client'
import { parseRfc3339 } from '@wmkt/protocol'
import { type Applied, attempted, Refused } from './attempts.ts'
import type { Columns, CsvRow } from './csv.ts'

/** A campaign as it is to be: told by its slug, which never changes. */
export type CampaignChange = { readonly slug: string; readonly name: string; readonly active?: boolean }

/** Money spent on a campaign. */
export type OutlayChange = {
  readonly slug: string
  readonly amount: number
  /** RFC 3339 */
  readonly start: string
  readonly end: string
}

export const CAMPAIGN_COLUMNS: Columns = { needed: ['slug', 'name'], optional: ['active'] }
export const OUTLAY_COLUMNS: Columns = { needed: ['slug', 'amount', 'start', 'end'], optional: [] }

const SWITCH: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false }

/** A row → the change it asks for, or what is wrong with it. */
export const readCampaign = ({
  slug = '',
  name = '',
  active = '',
}: CsvRow['cells']): CampaignChange | string => {
  if (slug === '' || name === '') return 'slug and name are needed'
  if (active === '') return { slug, name }
  const isActive = Object.hasOwn(SWITCH, active) ? SWITCH[active] : undefined
  return isActive === undefined ? 'active: expected true or false' : { slug, name, active: isActive }
}

export const readOutlay = (cells: CsvRow['cells']): OutlayChange | string => {
  const { slug = '', amount = '', start = '', end = '' } = cells
  if (slug === '') return 'slug is needed'
  if (!/^\d+(\.\d+)?$/.test(amount)) return 'amount: expected a number such as 320.5'
  const [from, until] = [parseRfc3339(start), parseRfc3339(end)]
  if (from === undefined || until === undefined)
    return 'start, end: expected RFC 3339, such as 2026-03-14T00:00:00Z'
  return Date.parse(start) < Date.parse(end)
    ? { slug, amount: Number(amount), start, end }
    : 'start: expected before end'
}

type Calls = 'eachCampaign' | 'createCampaign' | 'updateCampaign' | 'eachOutlay' | 'createOutlay'

export type CampaignOptions = {
  client: Pick<ApiClient, Calls>
  projectId: string
  /** Of the custom-ads integration. */
  wmktId: string
  wait: (ms: number) => Promise<void>
}

/** Makes what is missing and changes what differs, by what is there: to do it again changes nothing. */
export const createCampaignSetter = (options: CampaignOptions) => {
  const { client, projectId, wmktId, wait } = options
  const campaigns = createCatalogue(options)
  return ({ slug: campaignSlug, name, active }: CampaignChange): Promise<Applied> =>
    attempted(async (attempt) => {
      const wish = { name, ...(active !== undefined && { active }) }
      const known = await campaigns.find(campaignSlug, attempt)
      if (!known) await client.createCampaign({ projectId, wmktId, campaignSlug, ...wish })
      else if (known.name !== name || (active !== undefined && known.active !== active))
        await client.updateCampaign({ projectId, wmktId, id: known.id, ...wish })
      else return
      campaigns.forget()
    }, wait)
}

/** Records money spent, unless the same amount over the same time is there already. */
export const createOutlaySetter = (options: CampaignOptions) => {
  const { client, projectId, wmktId, wait } = options
  const campaigns = createCatalogue(options)
  return ({ slug, amount, start: startDate, end: endDate }: OutlayChange): Promise<Applied> =>
    attempted(async (attempt) => {
      const known = await campaigns.find(slug, attempt)
      if (!known) throw new Refused('no campaign of this slug')
      const home = { projectId, wmktId, parentCampaignId: known.id }
      for await (const one of client.eachOutlay(home)) if (isSame({ amount, startDate, endDate }, one)) return
      await client.createOutlay({ ...home, amount, startDate, endDate })
    }, wait)
}

type Spent = { amount: unknown; startDate: string; endDate: string }

const isSame = (one: Spent, other: Spent): boolean =>
  amountOf(one.amount) === amountOf(other.amount) &&
  Date.parse(one.startDate) === Date.parse(other.startDate) &&
  Date.parse(one.endDate) === Date.parse(other.endDate)

/** Written as a number, read as an object. */
const amountOf = (amount: unknown): unknown =>
  typeof amount === 'object' && amount !== null && 'amount' in amount ? amount.amount : amount

/** The campaigns there are, read once, and again when an attempt had no clear answer. */
const createCatalogue = ({ client, projectId, wmktId }: CampaignOptions) => {
  let known: Promise<Map<string, Campaign>> | undefined
  const read = async () => {
    const bySlug = new Map<string, Campaign>()
    for await (const campaign of client.eachCampaign({ projectId, wmktId }))
      if (campaign.campaignSlug != null) bySlug.set(campaign.campaignSlug, campaign)
    return bySlug
  }
  return {
    forget() {
      known = undefined
    },
    async find(slug: string, attempt: number): Promise<Campaign | undefined> {
      if (attempt > 1) known = undefined
      known ??= read()
      return (await known).get(slug)
    },
  }
}
