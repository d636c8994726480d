import type { Static, TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'

const compiled = new WeakMap<TSchema, TypeCheck<TSchema>>()

const checkOf = (schema: TSchema): TypeCheck<TSchema> => {
  const known = compiled.get(schema)
  if (known) return known
  const check = TypeCompiler.Compile(schema)
  compiled.set(schema, check)
  return check
}

/** How many flaws are worth telling. */
const FLAW_CAP = 8

/** Whether a value fits a schema; narrows it to the schema's type. */
export const fits = <S extends TSchema>(schema: S, value: unknown): value is Static<S> =>
  checkOf(schema).Check(value)

/**
 * What is wrong with a value, by path and expectation. Never holds the value itself: it may be somebody's address.
 *
 * @returns an empty list when the value fits
 */
export const flawsOf = (schema: TSchema, value: unknown): string[] => {
  if (fits(schema, value)) return []
  const flaws = new Set<string>()
  for (const error of checkOf(schema).Errors(value)) {
    flaws.add(`${error.path || '/'}: ${error.message}`)
    if (flaws.size === FLAW_CAP) break
  }
  return [...flaws]
}
