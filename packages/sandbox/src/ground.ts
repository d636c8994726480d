import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Resolved } from './options.ts'
import { seedProject } from './seed/seed.ts'
import { ensureKeyFile } from './seed/service-account.ts'
import type { OpenDatabase } from './storage/database.ts'

export type Ground = OpenDatabase & {
  /** Absolute path of the service account's key file. */
  readonly credentials: string
}

/** Makes on a storage what a first start makes: the project, the service account, its key file. */
export const prepareGround = async (
  storage: OpenDatabase,
  { dataDir, project, now }: Resolved,
): Promise<Ground> => {
  await mkdir(dataDir, { recursive: true })
  const credentials = resolve(dataDir, 'service-account.json')
  await seedProject(storage.db, project, new Date(now()))
  await ensureKeyFile(storage.db, credentials)
  return { ...storage, credentials }
}
