import type { Form } from './schema.ts'

/** Why an event would be trashed. Held against docs/errors.md by a test. */
export const HOLD_CODES = {
  EVENT_TYPE_UNKNOWN: 'The project has no such event type, or it is archived.',
  FIELD_MISSING: 'A mandatory field is missing or empty.',
  FIELD_NOT_STRING: 'The field takes a text.',
  FIELD_NOT_NUMBER: 'The field takes a number.',
  FIELD_NOT_BOOLEAN: 'The field takes true or false.',
  FIELD_NOT_EMAIL: 'The field takes an e-mail address.',
  FIELD_NOT_PHONE: 'The field takes a valid phone number, best in its international form.',
  FIELD_NOT_DATE: 'The field takes an RFC 3339 date-time.',
  FIELD_NOT_CURRENCY: 'The field takes an object of amount, a number, and currency, an ISO 4217 code.',
  FIELD_NOT_LOCATION: 'The field takes an object, such as zipcode and country.',
  FIELD_NOT_STATE: 'The field takes 0 or 1.',
} as const
export type HoldCode = keyof typeof HOLD_CODES

/** What may go wrong, or goes lost: counted, never held. Held against docs/errors.md by a test. */
export const DOUBT_CODES = {
  FIELD_DOUBTFUL: 'One reading of the reference takes this value, another does not.',
  FIELD_EMPTY: 'An optional field holds null or nothing; leave it out.',
  FIELD_UNASKED: 'The event type has no field of this key: the upstream drops the value.',
  FIELD_FORM_UNKNOWN: 'The field is of a type that this version does not know.',
} as const
export type DoubtCode = keyof typeof DOUBT_CODES

export const CODE_OF_FORM = {
  string: 'FIELD_NOT_STRING',
  number: 'FIELD_NOT_NUMBER',
  boolean: 'FIELD_NOT_BOOLEAN',
  email: 'FIELD_NOT_EMAIL',
  phone: 'FIELD_NOT_PHONE',
  date: 'FIELD_NOT_DATE',
  currency: 'FIELD_NOT_CURRENCY',
  location: 'FIELD_NOT_LOCATION',
  state: 'FIELD_NOT_STATE',
} as const satisfies Record<Form, HoldCode>
