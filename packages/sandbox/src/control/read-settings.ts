import { badRequest } from '../http/refusal.ts'
import { flag, isRecord, number, optional, type Reader, readOrRefuse, shapeOf } from '../http/shape.ts'
import { DEFAULT_SETTINGS, type Settings } from '../settings.ts'

const atLeast =
  (least: number): Reader<number> =>
  (input, name) => {
    const reading = number(input, name)
    return 'wrong' in reading || reading.value >= least
      ? reading
      : { wrong: [`${name} must not be less than ${least}`] }
  }

const shape = shapeOf<{ [Key in keyof Settings]: Settings[Key] | undefined }>({
  strict: optional(flag),
  latencyMs: optional(atLeast(0)),
  tokenLifeS: optional(atLeast(1)),
  anonymousEvents: optional(flag),
  trashSyncRefusals: optional(flag),
  plainTrashErrors: optional(flag),
})

/**
 * Reads some settings; names nobody knows are refused.
 *
 * @throws Refusal 400
 */
export const readSettings = (input: unknown): Partial<Settings> => {
  const read = readOrRefuse(shape, input)
  const unknown = isRecord(input)
    ? Object.keys(input).filter((key) => !Object.hasOwn(DEFAULT_SETTINGS, key))
    : []
  if (unknown.length > 0) throw badRequest(unknown.map((key) => `${key} is not a setting`))
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
}
