import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { Maybe, opaque, ProjectId, ReadDateTime } from './identifiers.ts'
import { ORDER, pageOf, SLICE } from './page.ts'

export const WmktId = opaque('Id of the custom-ads integration, as the app shows it.', 'b7Qe2mX0')

export const NewCampaign = Type.Object(
  {
    campaignSlug: Type.String({
      minLength: 1,
      description: 'What landing URLs carry; unique in the integration, for ever.',
      examples: ['spring-fair'],
    }),
    name: Type.String({ description: 'Shown to people.', examples: ['Spring fair'] }),
    active: Type.Optional(Type.Boolean({ default: true })),
  },
  { $id: 'NewCampaign', description: 'A campaign to create.' },
)
export type NewCampaign = Static<typeof NewCampaign>

export const CampaignUpdate = Type.Object(
  { name: Type.Optional(Type.String()), active: Type.Optional(Type.Boolean()) },
  { $id: 'CampaignUpdate', description: 'What to change; the slug cannot.' },
)
export type CampaignUpdate = Static<typeof CampaignUpdate>

export const Campaign = Type.Object(
  {
    id: Type.String({ description: 'Made by the upstream; not the slug.' }),
    integrationId: Maybe(Type.String()),
    projectId: Maybe(Type.String()),
    name: Maybe(Type.String()),
    campaignSlug: Maybe(Type.String()),
    active: Maybe(Type.Boolean()),
    explicit: Maybe(Type.Boolean({ description: 'Made by a person; false: found in traffic.' })),
    createdAt: Maybe(ReadDateTime('When it was made.')),
    updatedAt: Maybe(ReadDateTime('When it last changed.')),
  },
  { $id: 'Campaign', description: 'A campaign of a custom-ads integration.' },
)
export type Campaign = Static<typeof Campaign>

/** The answer to a creation in custom ads. */
export const CreatedRef = Type.Object(
  { id: Type.String() },
  { $id: 'CreatedRef', description: 'Id of what was made.' },
)
export type CreatedRef = Static<typeof CreatedRef>

/** The answer to an update in custom ads. */
export const Modified = Type.Object(
  {
    modifiedCount: Type.Integer({
      minimum: 0,
      description: '0 when everything was so already.',
      examples: [1],
    }),
  },
  { $id: 'Modified', description: 'How many were changed.' },
)
export type Modified = Static<typeof Modified>

const Home = Type.Object({ projectId: ProjectId, wmktId: WmktId })
const One = Type.Object({ ...Home.properties, id: opaque('Id of the campaign, not its slug.', 'cmp_41') })
const NO_INTEGRATION = { 404: 'No such custom-ads integration.' }
const NO_CAMPAIGN = { 404: 'No such campaign in this integration.' }

export const CAMPAIGNS = {
  listCampaigns: endpoint('listCampaigns', {
    area: 'custom-ads',
    summary: 'List campaigns',
    description:
      'Explicit ones, made by people, and implicit ones, made when traffic came with an unknown slug.',
    source: 'reference',
    auth: 'unlisted',
    idempotent: true,
    params: Home,
    query: Type.Object({
      active: Type.Optional(Type.Boolean()),
      campaignId: Type.Optional(Type.String()),
      campaignSlug: Type.Optional(Type.String()),
      nameLike: Type.Optional(Type.String({ description: 'Part of the name, in any case.' })),
      explicit: Type.Optional(Type.Boolean()),
      sort: Type.Optional(
        Type.Union([Type.Literal('name'), Type.Literal('campaignId'), Type.Literal('active')]),
      ),
      ...ORDER,
      ...SLICE,
    }),
    response: pageOf(Campaign),
    refusals: NO_INTEGRATION,
  }),
  createCampaign: endpoint('createCampaign', {
    area: 'custom-ads',
    summary: 'Create a campaign',
    description: 'It is explicit. Its slug must be new in the integration.',
    source: 'reference',
    auth: 'unlisted',
    idempotent: false,
    params: Home,
    body: NewCampaign,
    response: CreatedRef,
    refusals: { ...NO_INTEGRATION, 409: 'The slug is taken (inferred: it may be a 400).' },
  }),
  getCampaign: endpoint('getCampaign', {
    area: 'custom-ads',
    summary: 'Read a campaign',
    description: 'Explicit or implicit, by its id.',
    source: 'reference',
    auth: 'unlisted',
    idempotent: true,
    params: One,
    response: Campaign,
    refusals: NO_CAMPAIGN,
  }),
  updateCampaign: endpoint('updateCampaign', {
    area: 'custom-ads',
    summary: 'Rename a campaign, or switch it on or off',
    description: 'The slug stays as it is.',
    source: 'reference',
    auth: 'unlisted',
    idempotent: false,
    params: One,
    body: CampaignUpdate,
    response: Modified,
    refusals: NO_CAMPAIGN,
  }),
}
