import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../sources.ts'

/** A relay's clock that can be put wrong from outside. */
export type RelayClock = {
  /** For the relay's process. */
  env: Record<string, string>
  putWrong(byMs: number): void
}

export const createRelayClock = (folder: string): RelayClock => {
  const file = join(folder, 'clock')
  const hook = pathToFileURL(join(ROOT, 'test/support/soak/turned-clock.mjs'))
  return {
    env: { NODE_OPTIONS: `--import ${hook.href}`, SOAK_CLOCK: file },
    putWrong: (byMs) => writeFileSync(file, String(byMs)),
  }
}
