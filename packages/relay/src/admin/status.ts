import type { TokenHealth, TokenSource } from '@wmkt/api/client'
import type { Clock } from '../clock.ts'
import type { TallyCounts } from '../collect/tally.ts'
import type { Forwarder } from '../forward/forwarder.ts'
import type { ForwardStatus, LaneStatus } from '../forward/status.ts'
import type { Ledger, Outbox } from '../outbox/outbox.ts'
import type { SchemaStatus } from '../schema/validation.ts'
import type { Sealing } from '../seal/open-sealing.ts'
import type { SettlementStatus } from '../settlement/settlement.ts'
import type { WebhookStatus } from '../webhook/webhook.ts'

/** `held`: entries that wait in the lane. */
export type LaneLine = LaneStatus & { held: number }

/** `GET /api/status`. */
export type Status = {
  projectId: string
  /** Epoch ms. */
  now: number
  ready: boolean
  /** Why not. */
  problem?: string
  /** `keys`: ids of those that open what is kept, `key` of the one that seals; missing when nothing is encrypted. */
  storage?: { durability: Outbox['durability']; lanes: number; keys?: readonly string[]; key?: string }
  ledger?: Ledger
  /** `oldestAt`: epoch ms at which the oldest of what is held was received. */
  backlog?: { limit: number; oldestAt?: number }
  forward?: Omit<ForwardStatus, 'lanes'> & { lanes: LaneLine[] }
  credential?: TokenHealth
  /** Undefined when no event is looked at. */
  schema?: SchemaStatus
  /** What became of delivered events. Undefined when nobody looks. */
  settlement?: SettlementStatus
  /** Who is told of deliveries. Undefined when nobody is. */
  webhook?: WebhookStatus
  /** Since the start. */
  collect: TallyCounts
}

/** The parts of a relay that has started. */
export type Parts = { outbox: Outbox; tokens: TokenSource; forwarder: Forwarder; sealing: Sealing }

export type StatusOptions = {
  settings: { projectId: string; maxBacklog: number }
  clock: Clock
  /** Undefined until the relay has started. */
  parts: () => Parts | undefined
  /** Why nothing can be stored; undefined when it can. */
  refusal: () => Error | undefined
  collect: () => TallyCounts
  schema?: (() => SchemaStatus) | undefined
  settlement?: (() => SettlementStatus | undefined) | undefined
  webhook?: (() => WebhookStatus | undefined) | undefined
}

export type ReadStatus = () => Status

/** What the relay says of itself. */
export const createStatusReader = (options: StatusOptions): ReadStatus => {
  const { settings, clock, parts, refusal, collect, schema } = options
  return () => {
    const why = refusal()
    const [settlement, webhook] = [options.settlement?.(), options.webhook?.()]
    const open = parts()
    return {
      projectId: settings.projectId,
      now: clock.now(),
      ready: why === undefined,
      ...(why && { problem: why.message }),
      collect: collect(),
      ...(schema && { schema: schema() }),
      ...(settlement && { settlement }),
      ...(webhook && { webhook }),
      ...(open && partsStatus(open, settings.maxBacklog)),
    }
  }
}

const partsStatus = ({ outbox, tokens, forwarder, sealing }: Parts, limit: number) => {
  const [keys, key] = [sealing.keys(), sealing.keyInUse()]
  const forward = forwarder.status()
  const oldestAt = outbox.oldestAt()
  return {
    storage: {
      durability: outbox.durability,
      lanes: outbox.lanes().length,
      ...(keys && key && { keys, key }),
    },
    ledger: outbox.ledger(),
    backlog: { limit, ...(oldestAt !== undefined && { oldestAt }) },
    forward: {
      ...forward,
      lanes: forward.lanes.map((lane) => ({ ...lane, held: outbox.heldIn(lane.lane) })),
    },
    credential: tokens.health(),
  }
}
