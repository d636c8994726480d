import type { Kind } from '@wmkt/protocol'
import { redactedFate } from '../admin/desk.ts'
import type { Door } from '../door.ts'
import type { Fate } from '../outbox/outbox.ts'

/**
 * What became of an item; undefined when nothing is known under its nonce. Rejects with Problem `STARTING`, `STOPPING`
 * or `STORAGE_FAILED`.
 */
export type ReadFate = (nonce: string, kind?: Kind) => Promise<Fate | undefined>

export const createFateReader =
  ({ enter }: Door): ReadFate =>
  async (nonce, kind) => {
    const { outbox, leave } = enter()
    try {
      return redactedFate(await outbox.fate(nonce, kind))
    } finally {
      leave()
    }
  }
