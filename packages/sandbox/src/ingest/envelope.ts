import { dateTime } from '../http/rfc3339.ts'
import { filledText, optional, type Reader, record, shapeOf } from '../http/shape.ts'

export type Envelope = {
  readonly projectId: string
  readonly eventType: string
  readonly eventDate: Date | undefined
  readonly trackerId: string | undefined
  readonly nonce: string
  readonly data: Readonly<Record<string, unknown>>
}

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

const projectSlug: Reader<string> = (input, name) =>
  typeof input === 'string' && input.length >= 3 && input.length <= 64 && SLUG.test(input)
    ? { value: input }
    : { wrong: [`${name} must be a slug of 3 to 64 characters matching ${SLUG.source}`] }

/** The reference types the nonce a string and shows a number (ambiguity 1): the lenient reading takes both. */
const nonceOf =
  (strict: boolean): Reader<string> =>
  (input, name) =>
    filledText(!strict && typeof input === 'number' ? String(input) : input, name)

/** Reads what surrounds an event's data. Only faults here are answered 400; faults of the data are ingestion's. */
export const envelope = (strict: boolean): Reader<Envelope> =>
  shapeOf<Envelope>({
    projectId: projectSlug,
    eventType: filledText,
    eventDate: optional(dateTime(strict)),
    trackerId: optional(filledText),
    nonce: nonceOf(strict),
    data: record,
  })
