import type { TokenHealth } from '@wmkt/api/client'
import type { ForwardStatus } from '../forward/status.ts'
import type { Ledger, Outbox } from '../outbox/outbox.ts'

/** `GET /api/status`. */
export type Status = {
  projectId: string
  /** Epoch ms. */
  now: number
  ready: boolean
  /** Why not. */
  problem?: string
  storage?: { durability: Outbox['durability']; lanes: number }
  ledger?: Ledger
  forward?: ForwardStatus
  credential?: TokenHealth
  /** Ill-formed tracker IDs taken off items since the start. */
  trackersDropped: number
}
