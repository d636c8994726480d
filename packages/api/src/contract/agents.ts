import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { INFERRED, Maybe, ProjectId, ReadDateTime } from './identifiers.ts'

export const Agent = Type.Object(
  {
    id: Type.String({ examples: ['7b1f3a52-20c1-4f3e-8a55-5d7c0f6b9e21'] }),
    email: Maybe(Type.String()),
    firstname: Maybe(Type.String()),
    lastname: Maybe(Type.String()),
    phone: Maybe(Type.String()),
    picture: Maybe(Type.String()),
  },
  { $id: 'Agent', description: 'Who the access token stands for: a person or a service account.' },
)
export type Agent = Static<typeof Agent>

export const Workspace = Type.Object(
  {
    id: Type.String(),
    slug: Maybe(Type.String()),
    name: Maybe(Type.String()),
    billingId: Maybe(Type.String()),
    clientId: Maybe(Type.String({ description: 'Shared by its service accounts.' })),
    createdAt: Maybe(ReadDateTime('When it was made.')),
    updatedAt: Maybe(ReadDateTime('When it last changed.')),
  },
  { $id: 'Workspace', description: 'What projects and service accounts belong to.' },
)
export type Workspace = Static<typeof Workspace>

export const Project = Type.Object(
  {
    id: Type.String({ description: 'The slug.', examples: ['demo-shop'] }),
    name: Maybe(Type.String()),
    workspaceId: Maybe(Type.String()),
    mode: Maybe(Type.String({ description: '`e-commerce`, `simple` or `long-sales-cycle`.' })),
    retentionDurationInDays: Maybe(Type.Number({ description: 'null: for ever.' })),
    picture: Maybe(Type.String()),
    domain: Maybe(Type.String()),
    currency: Maybe(Type.String({ examples: ['EUR'] })),
    phoneParsingConfig: Maybe(Type.Array(Type.Unknown(), { ...INFERRED })),
    createdAt: Maybe(ReadDateTime('When it was made.')),
    updatedAt: Maybe(ReadDateTime('When it last changed.')),
  },
  { $id: 'Project', description: 'One site and its subdomains; data of projects never meet.' },
)
export type Project = Static<typeof Project>

const READ = { area: 'agents', source: 'sdk', auth: 'bearer', idempotent: true } as const

export const AGENTS = {
  getProject: endpoint('getProject', {
    ...READ,
    summary: 'Read the project',
    description: 'Its mode, currency and how long it keeps events.',
    params: Type.Object({ projectId: ProjectId }),
    response: Project,
    refusals: { 404: 'No such project, or none this token may see.' },
  }),
  getMe: endpoint('getMe', {
    ...READ,
    summary: 'Read who the token stands for',
    description: 'The cheapest proof that a credential works.',
    params: Type.Object({}),
    response: Agent,
  }),
  listMyProjects: endpoint('listMyProjects', {
    ...READ,
    summary: 'List the projects the token may see',
    description: 'A plain array, not paginated.',
    params: Type.Object({}),
    response: Type.Array(Project),
  }),
  listMyWorkspaces: endpoint('listMyWorkspaces', {
    ...READ,
    summary: 'List the workspaces the token may see',
    description: 'A plain array; a service account belongs to exactly one.',
    params: Type.Object({}),
    response: Type.Array(Workspace),
  }),
}
