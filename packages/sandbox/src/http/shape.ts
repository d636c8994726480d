import { badRequest } from './refusal.ts'

/** What a reader made of a value: the value, or what is wrong with it, told as the upstream tells it. */
export type Reading<T> = { readonly value: T } | { readonly wrong: readonly string[] }

/** Reads one untrusted value; `name` is what messages call it. */
export type Reader<T> = (input: unknown, name: string) => Reading<T>

type Shape<T> = { readonly [Key in keyof T]-?: Reader<T[Key]> }

export const isRecord = (input: unknown): input is Readonly<Record<string, unknown>> =>
  typeof input === 'object' && input !== null && !Array.isArray(input)

const reader =
  <T>(accepts: (input: unknown) => input is T, expected: string): Reader<T> =>
  (input, name) =>
    accepts(input) ? { value: input } : { wrong: [`${name} must be ${expected}`] }

export const text = reader((input) => typeof input === 'string', 'a string')
/** Names, keys and nonces: not blank, and short enough for any index. */
export const filledText = reader(
  (input): input is string => typeof input === 'string' && input.trim() !== '' && input.length <= 255,
  'a non-empty string of at most 255 characters',
)
export const number = reader(
  (input): input is number => typeof input === 'number' && Number.isFinite(input),
  'a number conforming to the specified constraints',
)
export const flag = reader((input) => typeof input === 'boolean', 'a boolean value')
export const record = reader(isRecord, 'an object')

export const oneOf = <const T extends string>(...options: readonly T[]): Reader<T> =>
  reader(
    (input): input is T => options.some((option) => option === input),
    `one of the following values: ${options.join(', ')}`,
  )

/** A value that may be absent; null counts as absent (the official SDK sends nulls). */
export const optional =
  <T>(read: Reader<T>): Reader<T | undefined> =>
  (input, name) =>
    input === undefined || input === null ? { value: undefined } : read(input, name)

export const withDefault =
  <T>(read: Reader<T>, fallback: T): Reader<T> =>
  (input, name) =>
    input === undefined || input === null ? { value: fallback } : read(input, name)

export const listOf =
  <T>(read: Reader<T>): Reader<readonly T[]> =>
  (input, name) => {
    if (!Array.isArray(input)) return { wrong: [`${name} must be an array`] }
    const readings = input.map((item, index) => read(item, `${name}.${index}`))
    const wrong = readings.flatMap((reading) => ('wrong' in reading ? reading.wrong : []))
    return wrong.length > 0
      ? { wrong }
      : { value: readings.flatMap((reading) => ('value' in reading ? [reading.value] : [])) }
  }

/** An object whose named keys are read; keys nobody asked for are ignored, as the upstream ignores them. */
export const shapeOf =
  <T extends object>(shape: Shape<T>): Reader<T> =>
  (input, name) => {
    if (!isRecord(input)) return { wrong: [`${name} must be an object`] }
    const wrong: string[] = []
    const value: Partial<T> = {}
    for (const key in shape) {
      const reading = shape[key](Object.hasOwn(input, key) ? input[key] : undefined, labelOf(name, key))
      if ('wrong' in reading) wrong.push(...reading.wrong)
      else value[key] = reading.value
    }
    return isWhole(value, wrong) ? { value } : { wrong }
  }

const isWhole = <T>(_value: Partial<T>, wrong: readonly string[]): _value is T => wrong.length === 0

const labelOf = (parent: string, key: string): string => (parent === 'body' ? key : `${parent}.${key}`)

/**
 * Reads a body or a query at the door.
 *
 * @throws Refusal 400 with every fault found
 */
export const readOrRefuse = <T>(read: Reader<T>, input: unknown): T => {
  const reading = read(input, 'body')
  if ('wrong' in reading) throw badRequest(reading.wrong)
  return reading.value
}
