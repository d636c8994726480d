import { CODE_OF_FORM, type DoubtCode, type HoldCode } from './codes.ts'
import { type Reading, readValue } from './reading.ts'
import type { SchemaField, TypeSchema } from './schema.ts'

export type Finding =
  | { readonly level: 'warn'; readonly code: DoubtCode; readonly field: string }
  | { readonly level: 'reject'; readonly code: HoldCode; readonly field: string }

/**
 * What is to be expected of an event. `ok`: the upstream keeps it. `reject`: it trashes it. `warn`: it keeps it,
 * unless it reads the reference more strictly than most would.
 */
export type Verdict = { readonly level: Reading; readonly findings: readonly Finding[] }

/** An event's data against its type. Pure; the reference alone decides, and every finding names its field. */
export const verdictOf = (type: TypeSchema, data: Readonly<Record<string, unknown>>): Verdict => {
  const findings: Finding[] = []
  for (const field of type.fields) {
    const finding = findingOf(field, valueAt(data, field.key), type)
    if (finding) findings.push(finding)
  }
  for (const key in data) if (!type.keys.has(key)) findings.push(unasked(key))
  return findings.length === 0 ? OK : { level: worstOf(findings), findings }
}

const OK: Verdict = { level: 'ok', findings: [] }

/** No own member is inherited: `data` is an object out of a JSON parser, which may be asked for `toString`. */
const valueAt = (data: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(data, key) ? data[key] : undefined

const findingOf = (
  { key, form, mandatory }: SchemaField,
  value: unknown,
  type: TypeSchema,
): Finding | undefined => {
  if (value === undefined || value === null || value === '')
    return mandatory ? { level: 'reject', code: 'FIELD_MISSING', field: key } : emptyOf(value, form, key)
  if (form === 'unknown') return { level: 'warn', code: 'FIELD_FORM_UNKNOWN', field: key }
  const reading = readValue(form, value, type)
  if (reading === 'ok') return undefined
  return reading === 'warn'
    ? { level: 'warn', code: 'FIELD_DOUBTFUL', field: key }
    : { level: 'reject', code: CODE_OF_FORM[form], field: key }
}

const emptyOf = (value: unknown, form: SchemaField['form'], field: string): Finding | undefined =>
  value === undefined || (value === '' && form === 'string')
    ? undefined
    : { level: 'warn', code: 'FIELD_EMPTY', field }

const unasked = (field: string): Finding => ({ level: 'warn', code: 'FIELD_UNASKED', field })

const worstOf = (findings: readonly Finding[]): 'warn' | 'reject' =>
  findings.some(({ level }) => level === 'reject') ? 'reject' : 'warn'
