import { type Static, Type } from '@sinclair/typebox'

/** The body of every refusal. 401 has no `error`; of a refused body, `message` may be a list. */
export const RefusalBody = Type.Object(
  {
    statusCode: Type.Integer({ description: 'The HTTP status, once more.', examples: [400] }),
    message: Type.Union([Type.String(), Type.Array(Type.String())], {
      description: 'What was wrong, in English; a list when several things were.',
      examples: ['wmktId must be present in nodeData'],
    }),
    error: Type.Optional(Type.String({ description: 'The status’s name.', examples: ['Bad Request'] })),
  },
  { $id: 'RefusalBody', description: 'Why a call was refused.' },
)
export type RefusalBody = Static<typeof RefusalBody>
