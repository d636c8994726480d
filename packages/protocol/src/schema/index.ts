/** An event against its event type: what relay and page say of it alike. An entry of its own, since most of the tag needs none of it. */
export {
  CODE_OF_FORM,
  DOUBT_CODES,
  type DoubtCode,
  HOLD_CODES,
  type HoldCode,
} from './codes.ts'
export { COERCIONS, type Coerced, type Coercion, coerce } from './coercion.ts'
export { documentOf, type SchemaDocument, schemaIn } from './document.ts'
export { type Reading, readValue } from './reading.ts'
export { FORMS, type Form, type Schema, type SchemaField, type TypeSchema } from './schema.ts'
export { type Finding, type Verdict, verdictOf } from './verdict.ts'
