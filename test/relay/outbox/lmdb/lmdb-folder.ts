import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type LmdbOutbox,
  type LmdbOutboxOptions,
  openLmdbOutbox,
} from '../../../../packages/relay/src/outbox/lmdb/lmdb.ts'
import { silentLog } from '../../../../packages/relay/src/telemetry/log.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'

/** A folder for one test, and outboxes in it that are closed with it. */
export type LmdbFolder = {
  dir: string
  open(options?: Partial<LmdbOutboxOptions>): Promise<LmdbOutbox>
  dispose(): Promise<void>
}

export const makeLmdbFolder = async (): Promise<LmdbFolder> => {
  const dir = await mkdtemp(join(tmpdir(), 'wmkt-outbox-'))
  const opened: LmdbOutbox[] = []
  return {
    dir,
    async open(options = {}) {
      const onFatal = (error: Error) => {
        throw error
      }
      const defaults = { dir, clock: createTurnedClock(), log: silentLog, onFatal }
      const outbox = await openLmdbOutbox({ ...defaults, ...options })
      opened.push(outbox)
      return outbox
    },
    async dispose() {
      await Promise.all(opened.map((outbox) => outbox.close()))
      await rm(dir, { recursive: true, force: true })
    },
  }
}
