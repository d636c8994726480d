import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that is gone when the test run ends. */
export const tempFolder = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `wmkt-${name}-`))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
