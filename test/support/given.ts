import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import type { Given, Provision } from './provisions.ts'

const rest = () => new Promise((resolve) => setTimeout(resolve, 50))

/** Resolves to what has been provided under this name, as soon as it has, or cannot be. */
export const givenIn = async <Name extends Provision>(
  runFolder: string,
  name: Name,
): Promise<Given<Name>> => {
  if (!existsSync(join(runFolder, `${name}.begun`)))
    throw new Error(`${name} is provided by none of the global setups of this project`)
  const path = join(runFolder, `${name}.json`)
  while (!existsSync(path)) await rest()
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** What is given, or an error that says why there is none. */
export const orThrow = <T extends object>(found: T | { readonly missing: string }): T => {
  if ('missing' in found) throw new Error(found.missing)
  return found
}

/** The same in a test of this run. Await it as a module loads, where no test's time is counted. */
export const given = <Name extends Provision>(name: Name): Promise<Given<Name>> =>
  givenIn(inject('runFolder'), name)
