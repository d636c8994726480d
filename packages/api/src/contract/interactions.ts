import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { DateTime, ProjectId, Unattested } from './identifiers.ts'

/** The upstream's own words when `nodeData` names no integration. */
export const NO_WMKT_ID = 'wmktId must be present in nodeData'

export const OfflineInteraction = Type.Object(
  {
    date: Type.Optional(DateTime('When it happened; now when absent (inferred).')),
    userData: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Discriminant user fields only, by storage key; at least one.',
        examples: [{ email: 'ada@example.org' }],
      }),
    ),
    nodeData: Type.Intersect(
      [
        Type.Object({ wmktId: Type.String({ minLength: 1, description: 'Id of a custom integration.' }) }),
        Type.Record(Type.String(), Type.Unknown()),
      ],
      {
        description: 'The integration, and what names the campaign or ad in it, such as `cid`.',
        examples: [{ wmktId: 'b7Qe2mX0', cid: 'spring-fair' }],
      },
    ),
  },
  { $id: 'OfflineInteraction', description: 'A contact with the brand outside the site.' },
)
export type OfflineInteraction = Static<typeof OfflineInteraction>

export const INTERACTIONS = {
  createOfflineInteraction: endpoint('createOfflineInteraction', {
    area: 'interactions',
    summary: 'Record an offline interaction',
    description:
      'For custom integrations only. Answers after processing. There is no nonce: a repeat is a second interaction, so the call is never repeated by itself.',
    source: 'reference',
    auth: 'bearer',
    idempotent: false,
    params: Type.Object({ projectId: ProjectId }),
    body: OfflineInteraction,
    response: Unattested,
    refusals: { 400: `«${NO_WMKT_ID}», an integration that is not custom, or no discriminant user field.` },
  }),
}
