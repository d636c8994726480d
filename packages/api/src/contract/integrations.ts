import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { Maybe, opaque, ProjectId, ReadDateTime } from './identifiers.ts'
import { pageOf, SLICE } from './page.ts'

/** A traffic source. */
export const Integration = Type.Object(
  {
    _id: Type.String({ examples: ['66f1a0b2c3d4e5f60718293d'] }),
    projectId: Maybe(Type.String()),
    credentialId: Maybe(Type.String()),
    name: Maybe(Type.String({ examples: ['Trade fairs'] })),
    type: Maybe(Type.String({ examples: ['custom-ads'] })),
    wmktId: Type.String({ examples: ['b7Qe2mX0'] }),
    dataSource: Maybe(Type.Unknown()),
    urlCheck: Maybe(
      Type.Object({
        lastCheck: Maybe(ReadDateTime('When landing URLs were last looked at.')),
        status: Maybe(Type.String({ description: '`valid`, `invalid`, `pending` or `unavailable`.' })),
      }),
    ),
    createdAt: Maybe(ReadDateTime('When it was made.')),
  },
  { $id: 'Integration', description: 'A traffic source of the project.' },
)
export type Integration = Static<typeof Integration>

export const INTEGRATIONS = {
  listIntegrations: endpoint('listIntegrations', {
    area: 'integrations',
    summary: 'List traffic sources',
    description: 'Of every kind: ad platforms, spreadsheets, custom ads.',
    source: 'sdk',
    auth: 'bearer',
    idempotent: true,
    params: Type.Object({ projectId: ProjectId }),
    query: Type.Object({ ...SLICE }),
    response: pageOf(Integration),
  }),
  getIntegration: endpoint('getIntegration', {
    area: 'integrations',
    summary: 'Read a traffic source',
    description: 'By its wmktId, not its `_id`.',
    source: 'sdk',
    auth: 'bearer',
    idempotent: true,
    params: Type.Object({ projectId: ProjectId, wmktId: opaque('wmktId of the integration.', 'b7Qe2mX0') }),
    response: Integration,
    refusals: { 404: 'No such integration in this project.' },
  }),
}
