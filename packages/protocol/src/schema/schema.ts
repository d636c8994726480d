/** The value forms of the reference. A state is 0 or 1, whatever type its field says. */
export const FORMS = [
  'string',
  'number',
  'boolean',
  'email',
  'phone',
  'date',
  'currency',
  'location',
  'state',
] as const
export type Form = (typeof FORMS)[number]

export type SchemaField = {
  /** Looked up in an event's `data`. */
  readonly key: string
  /** `unknown`: a type that the reference does not name. Nothing can be said of its values. */
  readonly form: Form | 'unknown'
  readonly mandatory: boolean
  readonly isPii: boolean
}

export type TypeSchema = {
  readonly reference: string
  /** Of what is in it: another one, another version. */
  readonly hash: string
  readonly fields: readonly SchemaField[]
  /** Of the fields: what `data` may hold. */
  readonly keys: ReadonlySet<string>
  /** Whose national phone numbers the upstream reads, in order. */
  readonly countries: readonly string[]
  /** Others may be read too: what the project says of them is not known. */
  readonly moreCountries: boolean
}

/** All event types of the project, as far as verdicts need them. */
export type Schema = {
  /** Of what is in it, in any order. */
  readonly hash: string
  readonly types: ReadonlyMap<string, TypeSchema>
}
