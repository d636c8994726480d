import { type SchemaOptions, type TSchema, Type } from '@sinclair/typebox'

/** The project's slug, as it stands in the tracking script. */
export const ProjectId = Type.String({
  minLength: 3,
  maxLength: 64,
  pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$',
  description: 'Slug of the project, as it stands in the tracking script.',
  examples: ['demo-shop'],
})

/** An event's id: a UUID made by the upstream, unique over all projects. */
export const EventId = Type.String({
  'x-format': 'uuid',
  pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  description: 'Id of the event: a UUID made by the upstream, unique over all projects.',
  examples: ['0d9c2c4e-5f0b-4c39-9f0e-7f3f4a1f6f10'],
})

/** A path parameter without a form of its own. */
export const opaque = (description: string, example: string) =>
  Type.String({ minLength: 1, description, examples: [example] })

/**
 * A date-time in a request: RFC 3339 with any offset; none means UTC. The pattern tells the form only, whether the day
 * exists is for the reader to find out.
 */
export const DateTime = (description: string) =>
  Type.String({
    'x-format': 'date-time',
    pattern: '^\\d{4}-\\d{2}-\\d{2}[Tt ]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]\\d{2}:\\d{2})?$',
    description,
    examples: ['2026-03-14T09:26:53.589Z'],
  })

/** A date-time in an answer: as the upstream wrote it, with `T` or a space, so it is read and not checked. */
export const ReadDateTime = (description: string) =>
  Type.String({ description, examples: ['2026-03-14T09:26:53.589Z'] })

/** A key that an answer may lack or hold as null. */
export const Maybe = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]))

/** Marks a schema whose form is nowhere attested: our best guess, read with tolerance. */
export const INFERRED = { 'x-provenance': 'inferred' } as const satisfies SchemaOptions

/** An object with any keys. */
export const Bag = (description: string, example: Record<string, unknown> = {}) =>
  Type.Record(Type.String(), Type.Unknown(), { description, examples: [example] })

/** An answer whose form is unknown: any JSON, or nothing at all. */
export const Unattested = Type.Unknown({ ...INFERRED, description: 'Form unknown; do not rely on it.' })
