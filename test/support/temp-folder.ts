import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'

/** A folder that is gone when the test run ends. */
export const tempFolder = (name: string): string => mkdtempSync(join(inject('runFolder'), `${name}-`))
