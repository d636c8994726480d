import { type Reader, shapeOf } from './shape.ts'

/** A list answer. All five keys always: without `offset` and `limit` the official SDK's iterator never ends. */
export type Page<T> = {
  readonly data: readonly T[]
  readonly count: number
  readonly total: number
  readonly offset: number
  readonly limit: number
}

export type Window = { readonly offset: number; readonly limit: number }

const DEFAULT_LIMIT = 10
const MAX_LIMIT = 1000

const wholeNumber =
  (fallback: number, least: number, most: number): Reader<number> =>
  (input, name) => {
    if (input === undefined || input === null || input === '') return { value: fallback }
    const value = typeof input === 'string' && /^\d{1,9}$/.test(input) ? Number(input) : input
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      return { wrong: [`${name} must be an integer number`] }
    }
    if (value < least) return { wrong: [`${name} must not be less than ${least}`] }
    return { value: Math.min(value, most) }
  }

const shape = {
  offset: wholeNumber(0, 0, Number.MAX_SAFE_INTEGER),
  limit: wholeNumber(DEFAULT_LIMIT, 1, MAX_LIMIT),
}

/** Readers of `offset` (default 0) and `limit` (default 10, at most 1,000), to spread into a query's shape. */
export const windowShape = shape

export const windowOf: Reader<Window> = shapeOf<Window>(shape)

export const pageOf = <T>(data: readonly T[], total: number, { offset, limit }: Window): Page<T> => ({
  data,
  count: data.length,
  total,
  offset,
  limit,
})
