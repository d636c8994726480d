import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Resolved } from './options.ts'
import { seedProject } from './seed/seed.ts'
import { ensureKeyFile } from './seed/service-account.ts'
import { type OpenDatabase, openEmbedded, openPostgres } from './storage/database.ts'

export type Ground = OpenDatabase & {
  /** Absolute path of the service account's key file. */
  readonly credentials: string
}

/** Opens the storage and makes what a first start makes: the project, the service account, its key file. */
export const openGround = async ({ dataDir, databaseUrl, project, now }: Resolved): Promise<Ground> => {
  await mkdir(dataDir, { recursive: true })
  const storage = await (databaseUrl ? openPostgres(databaseUrl) : openEmbedded(join(dataDir, 'db')))
  const credentials = resolve(dataDir, 'service-account.json')
  try {
    await seedProject(storage.db, project, new Date(now()))
    await ensureKeyFile(storage.db, credentials)
    return { ...storage, credentials }
  } catch (cause) {
    await storage.close()
    throw cause
  }
}
