import { rename } from 'node:fs/promises'
import type { Log } from '../../telemetry/log.ts'
import { dataFileOf } from './store.ts'

/** Moves an unreadable data file out of the way, for a person to look at. */
export const setAside = async (dir: string, now: number, why: string, log: Log): Promise<void> => {
  const file = dataFileOf(dir)
  const aside = `${file}.unreadable-${new Date(now).toISOString().replaceAll(':', '-')}`
  await rename(file, aside)
  await rename(`${file}-lock`, `${aside}-lock`).catch(() => {})
  log.error({ why, aside }, 'the outbox file cannot be read: it is set aside and a fresh one begun')
}
