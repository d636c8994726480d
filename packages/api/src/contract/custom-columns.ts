import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { Maybe, opaque, ProjectId, Unattested } from './identifiers.ts'

export const NewCustomColumn = Type.Object(
  {
    key: Type.String({ minLength: 1, examples: ['cost-per-lead'] }),
    name: Type.String({ description: 'Shown to people.', examples: ['Cost per lead'] }),
    format: Type.Union(
      [Type.Literal('currency'), Type.Literal('number'), Type.Literal('percent'), Type.Literal('time')],
      { description: 'How its values are shown.' },
    ),
    symbols: Type.Array(Type.Unknown(), {
      description: 'The formula, symbol by symbol; what a symbol holds is unknown.',
      examples: [[]],
    }),
  },
  { $id: 'NewCustomColumn', description: 'A computed column of the reports, to create.' },
)
export type NewCustomColumn = Static<typeof NewCustomColumn>

export const CustomColumn = Type.Object(
  {
    id: Type.String(),
    projectId: Maybe(Type.String()),
    key: Maybe(Type.String()),
    name: Maybe(Type.String()),
    format: Maybe(Type.String()),
    symbols: Maybe(Type.Array(Type.Unknown())),
  },
  { $id: 'CustomColumn', description: 'A computed column of the reports.' },
)
export type CustomColumn = Static<typeof CustomColumn>

const COMMON = { area: 'custom-columns', source: 'sdk', auth: 'bearer' } as const
const All = Type.Object({ projectId: ProjectId })
const One = Type.Object({ projectId: ProjectId, id: opaque('Id of the column.', 'col_3') })
const REFUSALS = { 404: 'No such column.' }

export const CUSTOM_COLUMNS = {
  listCustomColumns: endpoint('listCustomColumns', {
    ...COMMON,
    summary: 'List custom columns',
    description: 'A plain array, not paginated.',
    idempotent: true,
    params: All,
    response: Type.Array(CustomColumn),
  }),
  createCustomColumn: endpoint('createCustomColumn', {
    ...COMMON,
    summary: 'Create a custom column',
    description: 'A formula over the columns there are.',
    idempotent: false,
    params: All,
    body: NewCustomColumn,
    response: Unattested,
    refusals: { 409: 'The key is taken (inferred: it may be a 400).' },
  }),
  getCustomColumn: endpoint('getCustomColumn', {
    ...COMMON,
    summary: 'Read a custom column',
    description: 'By its id.',
    idempotent: true,
    params: One,
    response: CustomColumn,
    refusals: REFUSALS,
  }),
  deleteCustomColumn: endpoint('deleteCustomColumn', {
    ...COMMON,
    summary: 'Delete a custom column',
    description: 'By its id.',
    idempotent: false,
    params: One,
    response: Unattested,
    refusals: REFUSALS,
  }),
}
