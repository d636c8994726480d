import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What tests need beside the packages, and a machine may lack. */
export interface Provisions {
  /** Without a path where playwright knows its own. */
  chromium: { readonly path?: string }
  strace: { readonly path: string }
  /** The server that the tests on NATS JetStream run on. */
  nats: { readonly path: string; readonly version: string }
  postgres: { readonly url: string }
}

export type Provision = keyof Provisions

/** What a test gets, or why there is none. */
export type Given<Name extends Provision> = Provisions[Name] | { readonly missing: string }

// On the process: each project of a run loads its setups, and this file with them, for itself.
const ONCE = Symbol.for('wmkt.test.once')

const onProcess = (): Map<string, unknown> => {
  const known = Reflect.get(process, ONCE) ?? new Map()
  Reflect.set(process, ONCE, known)
  return known
}

/** A list that all projects of a run share, by its name. */
export const sharedList = <T>(name: string): T[] => {
  const known = onProcess()
  if (!known.has(name)) known.set(name, [])
  return known.get(name) as T[]
}

/** Does it once a run, however many ask: each gets what the first one got. */
export const once = <T>(name: string, work: () => Promise<T>): Promise<T> => {
  const known = onProcess()
  if (!known.has(name)) known.set(name, work())
  return known.get(name) as Promise<T>
}

/** One at a time, over the whole run: machines have one lock for their packages. */
export const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
  const known = onProcess()
  const before = (known.get('turn') ?? Promise.resolve()) as Promise<unknown>
  const done = before.then(work)
  known.set(
    'turn',
    done.catch(() => {}),
  )
  return done
}

const reason = (error: unknown): { missing: string } => ({
  missing: error instanceof Error ? error.message : String(error),
})

/** Whole or not at all: workers look for it all the time. */
const tell = (runFolder: string, name: string, given: object): void => {
  const path = join(runFolder, `${name}.json`)
  writeFileSync(`${path}.new`, JSON.stringify(given))
  renameSync(`${path}.new`, path)
}

/**
 * Begins to provide for what the tests of a project need, in the background: they await it themselves (`given`), and those
 * that do not need it run meanwhile. Resolves once there is an outcome, and never rejects.
 */
export const begin = async <Name extends Provision>(
  runFolder: string,
  name: Name,
  provide: () => Promise<Given<Name>>,
  /** By which a run knows that it provides for this already. */
  key: string = name,
): Promise<void> => {
  writeFileSync(join(runFolder, `${name}.begun`), '')
  const given = await once(key, () => provide().catch(reason))
  tell(runFolder, name, given)
}
