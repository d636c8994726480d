import { readdirSync, readFileSync } from 'node:fs'

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** The processes of the browser that runs on this profile, and of no other. */
const pidsOf = (profile: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandOf(name).includes(`--user-data-dir=${profile}`))
    .map(Number)

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** SIGKILL to the browser of this profile, as a crash or a dead battery would; resolves when it is gone. Linux only. */
export const killBrowser = async (profile: string): Promise<void> => {
  for (const pid of pidsOf(profile))
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It went with its parent.
    }
  while (pidsOf(profile).length > 0) await rest(20)
}
