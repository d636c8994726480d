import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * A file that stands in the folder while the data file is being opened, and after it has shown a fault: whoever finds
 * it at the next start looks at every page before LMDB does.
 */
export interface Suspicion {
  isRaised(): boolean
  raise(): Promise<void>
  lay(): Promise<void>
}

export const suspicionIn = (dir: string): Suspicion => {
  const path = join(dir, 'suspect')
  return {
    isRaised: () => existsSync(path),
    raise: () => writeFile(path, ''),
    lay: () => rm(path, { force: true }),
  }
}
