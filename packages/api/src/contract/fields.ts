import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { FieldType } from './field-type.ts'
import { Bag, Maybe, opaque, ProjectId, ReadDateTime, Unattested } from './identifiers.ts'

export const NewProjectField = Type.Object(
  {
    entity: Type.Union([Type.Literal('user'), Type.Literal('state'), Type.Literal('statistic')], {
      description: 'Whose the value is.',
    }),
    key: Type.String({
      minLength: 1,
      description: 'Storage key, unique in the project.',
      examples: ['loyalty-card'],
    }),
    label: Type.String({ description: 'Shown to people.', examples: ['Loyalty card'] }),
    type: FieldType,
    isPii: Type.Optional(Type.Boolean({ description: 'Whether it is personal data.' })),
    discriminant: Type.Optional(Type.Boolean({ description: 'Whether it tells users apart.' })),
    metadata: Type.Optional(Bag('Free; the SDK recommends `from`.', { from: 'shop' })),
  },
  { $id: 'NewProjectField', description: 'A field to declare for the project.' },
)
export type NewProjectField = Static<typeof NewProjectField>

export const ProjectField = Type.Object(
  {
    _id: Type.String({ examples: ['66f1a0b2c3d4e5f60718293c'] }),
    entity: Type.String({
      description: '`user`, `state` or `statistic` (an SDK comment calls the last `metric`).',
    }),
    key: Type.String(),
    label: Maybe(Type.String()),
    type: Type.String(),
    projectId: Maybe(Type.String()),
    isPii: Maybe(Type.Boolean()),
    discriminant: Maybe(Type.Boolean()),
    metadata: Maybe(Bag('Free.')),
    archivedAt: Maybe(ReadDateTime('null: it is in use.')),
  },
  { $id: 'ProjectField', description: 'A field declared for the whole project.' },
)
export type ProjectField = Static<typeof ProjectField>

const LIST = {
  area: 'fields',
  description: 'A plain array, not paginated.',
  source: 'sdk',
  auth: 'bearer',
  idempotent: true,
  params: Type.Object({ projectId: ProjectId }),
  response: Type.Array(ProjectField),
} as const

export const FIELDS = {
  listFields: endpoint('listFields', { ...LIST, summary: 'List all fields of the project' }),
  listUserFields: endpoint('listUserFields', { ...LIST, summary: 'List the user fields' }),
  listStateFields: endpoint('listStateFields', { ...LIST, summary: 'List the states' }),
  listStatisticFields: endpoint('listStatisticFields', { ...LIST, summary: 'List the statistics' }),
  createField: endpoint('createField', {
    area: 'fields',
    summary: 'Declare a field',
    description: 'Event types can then hold it. What is answered is not read by the SDK.',
    source: 'sdk',
    auth: 'bearer',
    idempotent: false,
    params: Type.Object({ projectId: ProjectId }),
    body: NewProjectField,
    response: Unattested,
    refusals: { 409: 'The key is taken (inferred: it may be a 400).' },
  }),
  deleteField: endpoint('deleteField', {
    area: 'fields',
    summary: 'Delete a field',
    description: 'By its `_id`, not its key.',
    source: 'sdk',
    auth: 'bearer',
    idempotent: false,
    params: Type.Object({
      projectId: ProjectId,
      id: opaque('The field’s `_id`.', '66f1a0b2c3d4e5f60718293c'),
    }),
    response: Unattested,
    refusals: { 404: 'No such field.' },
  }),
}
