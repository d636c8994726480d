import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

/** What a `.env` file says; nothing when there is none. */
export const readEnvFile = (file: string): Record<string, string | undefined> => {
  try {
    return { ...parseEnv(readFileSync(file, 'utf8')) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}
