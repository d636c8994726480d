import { type Static, Type } from '@sinclair/typebox'
import { CreatedRef, Modified, WmktId } from './campaigns.ts'
import { endpoint } from './endpoint.ts'
import { DateTime, INFERRED, Maybe, opaque, ProjectId, ReadDateTime } from './identifiers.ts'
import { ORDER, pageOf, SLICE } from './page.ts'

const PLACE = {
  country: Type.Optional(Type.String({ description: 'Stored, not used yet.', examples: ['FR'] })),
  region: Type.Optional(Type.String({ description: 'Stored, not used yet.' })),
}

export const NewOutlay = Type.Object(
  {
    amount: Type.Number({ description: 'In the integration’s currency.', examples: [320.5] }),
    startDate: DateTime('Start of the time it was spent over; before the end.'),
    endDate: DateTime('End of the time it was spent over.'),
    ...PLACE,
  },
  { $id: 'NewOutlay', description: 'Money spent on a campaign.' },
)
export type NewOutlay = Static<typeof NewOutlay>

export const OutlayUpdate = Type.Object(
  {
    amount: Type.Optional(Type.Number()),
    startDate: Type.Optional(DateTime('New start.')),
    endDate: Type.Optional(DateTime('New end.')),
    campaignId: Type.Optional(Type.String({ description: 'Id of the campaign to move it to.' })),
    ...PLACE,
  },
  { $id: 'OutlayUpdate', description: 'What to change of an outlay.' },
)
export type OutlayUpdate = Static<typeof OutlayUpdate>

/** Written as a number, read as an object; a number is tolerated. */
export const OutlayAmount = Type.Union(
  [
    Type.Number(),
    Type.Object({ amount: Maybe(Type.Number()), currency: Maybe(Type.String()) }, { ...INFERRED }),
  ],
  {
    $id: 'OutlayAmount',
    description: 'Amount with its currency.',
    examples: [{ amount: 320.5, currency: 'EUR' }],
  },
)
export type OutlayAmount = Static<typeof OutlayAmount>

export const Outlay = Type.Object(
  {
    _id: Type.String(),
    projectId: Maybe(Type.String()),
    integrationId: Maybe(Type.String()),
    campaignId: Maybe(Type.String()),
    amount: OutlayAmount,
    startDate: ReadDateTime('Start.'),
    endDate: ReadDateTime('End.'),
    country: Maybe(Type.String()),
    region: Maybe(Type.String()),
    deletedAt: Maybe(ReadDateTime('Deleted softly; no endpoint is known to do so.')),
    createdAt: Maybe(ReadDateTime('When it was made.')),
    updatedAt: Maybe(ReadDateTime('When it last changed.')),
  },
  { $id: 'Outlay', description: 'Money spent on a campaign over a time.' },
)
export type Outlay = Static<typeof Outlay>

const Home = Type.Object({
  projectId: ProjectId,
  wmktId: WmktId,
  parentCampaignId: opaque('Id of the campaign, not its slug.', 'cmp_41'),
})
const One = Type.Object({ ...Home.properties, outlayId: opaque('Id of the outlay.', 'out_7') })
const NO_CAMPAIGN = { 404: 'No such campaign in this integration.' }
const NO_OUTLAY = { 404: 'No such outlay in this campaign.' }

export const OUTLAYS = {
  listOutlays: endpoint('listOutlays', {
    area: 'custom-ads',
    summary: 'List the outlays of a campaign',
    description: 'Those whose time touches the bounds, when bounds are given.',
    source: 'reference',
    auth: 'unlisted',
    idempotent: true,
    params: Home,
    query: Type.Object({
      sort: Type.Optional(
        Type.Union([
          Type.Literal('campaignId'),
          Type.Literal('startDate'),
          Type.Literal('endDate'),
          Type.Literal('amount'),
          Type.Literal('country'),
          Type.Literal('region'),
        ]),
      ),
      ...ORDER,
      since: Type.Optional(DateTime('Only outlays from this instant on.')),
      until: Type.Optional(DateTime('Only outlays up to this instant.')),
      ...SLICE,
    }),
    response: pageOf(Outlay),
    refusals: NO_CAMPAIGN,
  }),
  createOutlay: endpoint('createOutlay', {
    area: 'custom-ads',
    summary: 'Record an outlay',
    description: 'The start must be before the end.',
    source: 'reference',
    auth: 'unlisted',
    idempotent: false,
    params: Home,
    body: NewOutlay,
    response: CreatedRef,
    refusals: NO_CAMPAIGN,
  }),
  getOutlay: endpoint('getOutlay', {
    area: 'custom-ads',
    summary: 'Read an outlay',
    description: 'Its amount comes with the currency.',
    source: 'reference',
    auth: 'unlisted',
    idempotent: true,
    params: One,
    response: Outlay,
    refusals: NO_OUTLAY,
  }),
  updateOutlay: endpoint('updateOutlay', {
    area: 'custom-ads',
    summary: 'Change or move an outlay',
    description: 'Another `campaignId` moves it to that campaign.',
    source: 'reference',
    auth: 'unlisted',
    idempotent: false,
    params: One,
    body: OutlayUpdate,
    response: Modified,
    refusals: NO_OUTLAY,
  }),
}
