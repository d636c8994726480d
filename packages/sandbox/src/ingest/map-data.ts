import { createHash } from 'node:crypto'
import { isRecord } from '../http/shape.ts'
import type { EventTypeField, IngestionError } from '../storage/schema.ts'
import { readValue, type Value, type ValueRules } from './field-values.ts'

/** A proof of who the user is: a discriminant field and the comparable form of its value. */
export type Proof = { readonly field: string; readonly proof: string }

export type UserValue = Proof & { readonly value: unknown; readonly discriminant: boolean }

/** A state or statistic as ingestion found it. `value` is what insights add up; amount and currency as given. */
export type FoundMetric = {
  readonly type: 'state' | 'statistic'
  readonly storageKey: string
  readonly value: number
  readonly amount?: number
  readonly currency?: string
}

/** An event's data sorted into its event type's fields. */
export type MappedData = {
  readonly event: Readonly<Record<string, unknown>>
  readonly user: readonly UserValue[]
  readonly metrics: readonly FoundMetric[]
}

export type Mapping = { readonly mapped: MappedData } | { readonly errors: readonly IngestionError[] }

const isAbsent = (input: unknown): boolean => input === undefined || input === null || input === ''

/** A state is 0 or 1 whatever its declared type; the lenient reading takes booleans too (ambiguity 25). */
export const readState = (input: unknown, strict: boolean): Value => {
  const value = !strict && typeof input === 'boolean' ? Number(input) : input
  return value === 0 || value === 1 ? { value } : { wrong: 'must be 0 or 1' }
}

const plainProofOf = (value: unknown): string =>
  typeof value === 'string' ? value.trim().toLowerCase() : JSON.stringify(value)

/** The form in which two values of a field are compared; a long one by its SHA-256, since an index row has its limits. */
export const proofOf = (value: unknown): string => {
  const plain = plainProofOf(value)
  return plain.length <= 200 ? plain : `sha256 ${createHash('sha256').update(plain).digest('hex')}`
}

/** The number a statistic counts as. The sandbox knows no exchange rates: an amount counts as it is, whatever its currency. */
export const metricOf = (type: 'state' | 'statistic', storageKey: string, value: unknown): FoundMetric => {
  if (!isRecord(value)) return { type, storageKey, value: Number(value) }
  const amount = Number(value.amount)
  return { type, storageKey, value: amount, amount, currency: String(value.currency) }
}

const readField = (field: EventTypeField, input: unknown, rules: ValueRules): Value =>
  field.entity === 'state' ? readState(input, rules.strict) : readValue(field.type, input, rules)

/**
 * Maps incoming data to an event type's fields: `ingestionKey` in, `storageKey` out. A mandatory field that is
 * missing and a value its type refuses are errors; keys no field asks for are dropped, as the upstream drops them.
 */
export const mapData = (
  fields: readonly EventTypeField[],
  data: Readonly<Record<string, unknown>>,
  rules: ValueRules,
): Mapping => {
  const errors: IngestionError[] = []
  const event: [string, unknown][] = []
  const user: UserValue[] = []
  const metrics: FoundMetric[] = []
  const keep = ({ entity, storageKey, discriminant }: EventTypeField, value: unknown): void => {
    if (entity === 'event-type') event.push([storageKey, value])
    else if (entity === 'user') user.push({ field: storageKey, proof: proofOf(value), value, discriminant })
    else metrics.push(metricOf(entity, storageKey, value))
  }
  for (const field of fields) {
    const input = Object.hasOwn(data, field.ingestionKey) ? data[field.ingestionKey] : undefined
    if (isAbsent(input)) {
      if (!field.optional) errors.push({ field: field.ingestionKey, message: 'is mandatory' })
      continue
    }
    const read = readField(field, input, rules)
    if ('wrong' in read) errors.push({ field: field.ingestionKey, message: read.wrong })
    else keep(field, read.value)
  }
  return errors.length > 0 ? { errors } : { mapped: { event: Object.fromEntries(event), user, metrics } }
}
