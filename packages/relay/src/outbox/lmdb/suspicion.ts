import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A file that stands in the folder while the data file is being opened, and after it has shown a fault: whoever finds
 * it at the next start looks at every page before LMDB does.
 */
export interface Suspicion {
  isRaised(): boolean
  /** At once: what comes next may end the process. */
  raise(): void
  lay(): void
}

export const suspicionIn = (dir: string): Suspicion => {
  const path = join(dir, 'suspect')
  return {
    isRaised: () => existsSync(path),
    raise: () => writeFileSync(path, ''),
    lay: () => rmSync(path, { force: true }),
  }
}
