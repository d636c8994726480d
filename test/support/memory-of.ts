import { readFileSync } from 'node:fs'

/** Private memory of a process in MiB: what it holds itself, files mapped into it left out. Linux only. */
export const privateMiBOf = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}
