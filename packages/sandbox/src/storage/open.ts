import { mkdir } from 'node:fs/promises'
import type { PGlite } from '@electric-sql/pglite'
import type { OpenDatabase } from './database.ts'

/**
 * The engine clears its shared memory at every start: 128 MB as it comes, of which one connection of a sandbox has no
 * use. What does not fit is read from the system's own cache.
 */
const SMALL = ['-c', 'shared_buffers=32MB', '-c', 'max_connections=5']

/** It never syncs to disk: a power cut may cost the last writes, a killed process does not. */
const startEngine = async (dir: string): Promise<PGlite> => {
  await mkdir(dir, { recursive: true })
  const { PGlite } = await import('@electric-sql/pglite')
  return PGlite.create(dir, { startParams: [...PGlite.defaultStartParams, ...SMALL] })
}

/**
 * Opens the embedded PostgreSQL in a folder and brings its tables up to date. The engine comes first and compiles
 * beside this thread; what else storage needs is loaded meanwhile.
 */
export const openEmbedded = async (dir: string): Promise<OpenDatabase> => {
  const [engine, { openOnEngine }] = await Promise.all([startEngine(dir), import('./embedded.ts')])
  return openOnEngine(engine)
}

/** Opens a real PostgreSQL by URL and brings its tables up to date. Its driver is loaded by those who use it. */
export const openPostgres = async (url: string): Promise<OpenDatabase> => {
  const { openByUrl } = await import('./postgres.ts')
  return openByUrl(url)
}
