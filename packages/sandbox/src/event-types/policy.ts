import { isRecord, type Reader } from '../http/shape.ts'

type Policy = Readonly<Record<string, unknown>>

const isDays = (input: unknown): boolean =>
  input === null || (typeof input === 'number' && Number.isInteger(input) && input > 0)

/** `{from:"project"}`, or `{from:"event-type", retentionDurationInDays}` where null means for ever. */
export const expirationPolicy: Reader<Policy> = (input, name) => {
  if (isRecord(input) && input.from === 'project') return { value: { from: 'project' } }
  if (!isRecord(input) || input.from !== 'event-type')
    return { wrong: [`${name}.from must be project or event-type`] }
  const days = input.retentionDurationInDays ?? null
  return isDays(days)
    ? { value: { from: 'event-type', retentionDurationInDays: days } }
    : { wrong: [`${name}.retentionDurationInDays must be a positive integer or null`] }
}
