import { join } from 'node:path'
import type { PathOverrides } from '@wmkt/api'
import type { TokenSource } from '@wmkt/api/client'
import type { Clock } from '../clock.ts'
import type { ForwardEnding } from '../forward/ending.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Log } from '../telemetry/log.ts'
import { createTrashReader } from './read-trash.ts'
import { createSettlement, type Settlement, type SettlementStatus } from './settlement.ts'
import { createSettlementFile } from './settlement-file.ts'
import { createTrashLog } from './trash-log.ts'

export type SettlementRoomOptions = {
  settings: { settlement: boolean; projectId: string; apiUrl: string; dataDir: string }
  paths: PathOverrides | undefined
  clock: Clock
  /** In [0, 1). */
  random: () => number
  log: Log
}

export type SettlementParts = { tokens: TokenSource; outbox: Outbox; onTrashed: (eventType: string) => void }

/** What becomes of delivered events, for the time that a relay runs. */
export interface SettlementRoom {
  onEnding(ending: ForwardEnding): void
  /** Undefined until it has started. */
  status(): SettlementStatus | undefined
  start(parts: SettlementParts): Promise<void>
  stop(): Promise<void>
}

export const trashLogPath = (dataDir: string): string => join(dataDir, 'trash.jsonl')

/** Undefined when nobody is to look into the trash. */
export const createSettlementRoom = (options: SettlementRoomOptions): SettlementRoom | undefined => {
  const { settings, paths, clock, random, log } = options
  const { settlement: wanted, projectId, apiUrl, dataDir } = settings
  if (!wanted) return undefined
  let settlement: Settlement | undefined
  return {
    onEnding({ kind, ending, nonce, upstreamId }) {
      if (kind === 'event' && ending === 'delivered') settlement?.delivered(nonce, upstreamId)
    },
    status: () => settlement?.status(),
    async start({ tokens, outbox, onTrashed }) {
      const source = { apiUrl, projectId, tokens, now: clock.now, random }
      settlement = createSettlement({
        ...{ clock, random, log, onTrashed },
        readTrash: createTrashReader({ ...source, ...(paths && { paths }) }),
        fate: (nonce) => outbox.fate(nonce, 'event'),
        isShared: outbox.company !== undefined,
        file: createSettlementFile(join(dataDir, 'settlement.json')),
        trashLog: createTrashLog(trashLogPath(dataDir)),
      })
      await settlement.start()
    },
    async stop() {
      await settlement?.stop()
    },
  }
}
