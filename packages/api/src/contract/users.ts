import { type Static, Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { ComputedEvent } from './events.ts'
import { Maybe, opaque, ProjectId, ReadDateTime } from './identifiers.ts'
import { ORDER, pageOf, SLICE } from './page.ts'

/** A person as reconciled; each field keeps every value seen. */
export const ProjectUser = Type.Object(
  {
    _id: Type.String({ examples: ['66f1a0b2c3d4e5f60718293a'] }),
    projectId: Maybe(Type.String()),
    fields: Type.Array(
      Type.Object({
        field: Type.String({ description: 'Storage key.', examples: ['email'] }),
        values: Type.Array(Type.Unknown(), {
          description: 'Every value seen.',
          examples: [['ada@example.org']],
        }),
      }),
    ),
    firstInteractionDate: Maybe(ReadDateTime('First interaction.')),
    lastInteractionDate: Maybe(ReadDateTime('Last interaction.')),
    firstEventDate: Maybe(ReadDateTime('First event.')),
    lastEventDate: Maybe(ReadDateTime('Last event.')),
    createdAt: Maybe(ReadDateTime('When first seen.')),
    updatedAt: Maybe(ReadDateTime('When it last changed.')),
  },
  { $id: 'ProjectUser', description: 'A person, as reconciled from tracker IDs and discriminant fields.' },
)
export type ProjectUser = Static<typeof ProjectUser>

export const UserSearch = Type.Object(
  {
    fields: Type.Array(Type.String(), {
      description: 'User fields wanted in the answer.',
      examples: [['email']],
    }),
    sort: Type.Optional(Type.String({ description: 'User field that sorts; the SDK sends `lastname`.' })),
    filters: Type.Optional(Type.Unknown({ description: 'Form unknown; null for none.', examples: [null] })),
    ...ORDER,
    ...SLICE,
  },
  { $id: 'UserSearch', description: 'Which users, and what of them.' },
)
export type UserSearch = Static<typeof UserSearch>

export const USERS = {
  searchUsers: endpoint('searchUsers', {
    area: 'users',
    summary: 'Search users',
    description: 'A read by POST: the page is asked for in the body.',
    source: 'sdk',
    auth: 'bearer',
    idempotent: true,
    params: Type.Object({ projectId: ProjectId }),
    body: UserSearch,
    response: pageOf(ProjectUser),
  }),
  listUserEvents: endpoint('listUserEvents', {
    area: 'users',
    summary: 'List the events of a user',
    description: 'Computed events. The SDK passes any further query parameter on.',
    source: 'sdk',
    auth: 'bearer',
    idempotent: true,
    params: Type.Object({ projectId: ProjectId, id: opaque('Id of the user.', '66f1a0b2c3d4e5f60718293a') }),
    query: Type.Object({ ...SLICE }),
    response: pageOf(ComputedEvent),
    refusals: { 404: 'No such user in this project.' },
  }),
}
