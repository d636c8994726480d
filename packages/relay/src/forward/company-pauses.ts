import type { Clock } from '../clock.ts'
import type { Company } from '../outbox/outbox.ts'
import { pause } from './gate.ts'
import type { LaneState } from './lane-state.ts'
import type { Lanes } from './lanes.ts'

/** What relays that share an outbox owe to the upstream together: one concurrency, and pauses that hold for all. */
export interface CompanyPauses {
  /** Of what all may have in flight together, this relay's part. */
  share(concurrency: number): number
  /** The lane's gate has changed here: others hear of it when it pauses. */
  tell(lane: LaneState): void
  /** Pauses as others do. Returns the way to stop. */
  listen(): () => void
}

export type CompanyPausesOptions = {
  /** Undefined: this relay is alone. */
  company: Company | undefined
  clock: Clock
  lanes: Lanes
  /** A lane's gate was changed by what another relay told. */
  onGate: (lane: LaneState) => void
}

const nothing = () => {}

export const createCompanyPauses = ({
  company,
  clock,
  lanes,
  onGate,
}: CompanyPausesOptions): CompanyPauses => {
  const hear = (name: string, until: number) => {
    const lane = lanes.of(name)
    if (until <= clock.now()) return
    lane.gate = pause(lane.gate, until)
    onGate(lane)
  }
  return {
    share: (concurrency) => Math.max(1, Math.floor(concurrency / (company?.size() ?? 1))),
    tell({ lane, gate }) {
      if (gate.state === 'paused') company?.tellPause(lane, gate.until)
    },
    listen: () => company?.onPause(hear) ?? nothing,
  }
}
