import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inject } from 'vitest'
import { ROOT } from './sources.ts'

const CACHE = join(ROOT, '.cache')
const MIGRATIONS = join(ROOT, 'packages/sandbox/migrations')

const migrationsHash = async (): Promise<string> => {
  const hash = createHash('sha256')
  for (const name of (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.sql')).sort()) {
    hash.update(await readFile(join(MIGRATIONS, name)))
  }
  return hash.digest('hex').slice(0, 12)
}

const exists = async (dir: string): Promise<boolean> => (await readdir(dir).catch(() => [])).length > 0

const make = async (dir: string): Promise<void> => {
  const { startSandbox } = await import('@wmkt/sandbox')
  const made = await mkdtemp(join(CACHE, 'making-'))
  const sandbox = await startSandbox({ dataDir: made, project: 'template' })
  await sandbox.stop()
  await rename(made, dir).catch(() => rm(made, { recursive: true }))
}

/** Longer than it ever takes: whoever claimed it before that has died over it. */
const STALE_MS = 60_000

/** Whether it is for this worker to make it. */
const isForUs = async (claim: string): Promise<boolean> => {
  const { mtimeMs } = await stat(claim).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
  if (Date.now() - mtimeMs > STALE_MS) await rm(claim, { force: true })
  return writeFile(claim, '', { flag: 'wx' }).then(
    () => true,
    () => false,
  )
}

const rest = () => new Promise((resolve) => setTimeout(resolve, 100))

/** An embedded database takes five seconds of a processor to make and a moment to copy: one worker makes it, for all. */
const templateDir = async (): Promise<string> => {
  const dir = join(CACHE, `sandbox-${await migrationsHash()}`)
  const claim = `${dir}.claim`
  await mkdir(CACHE, { recursive: true })
  while (!(await exists(dir))) {
    if (!(await isForUs(claim))) await rest()
    else await make(dir).finally(() => rm(claim, { force: true }))
  }
  return dir
}

/** Fills a data folder as a sandbox that has been started before, and stopped, leaves it. */
export const fillSandboxFolder = async (dir: string): Promise<string> => {
  await cp(await templateDir(), dir, { recursive: true, mode: constants.COPYFILE_FICLONE })
  return dir
}

/** A data folder of one's own, with a database in it where the run is on the embedded one; gone when the run ends. */
export const makeDataDir = async (): Promise<string> => {
  const dir = await mkdtemp(join(inject('runFolder'), 'sandbox-'))
  return !inject('onPostgres') ? fillSandboxFolder(dir) : dir
}
