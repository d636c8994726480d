import type { LeasedEntry, Settlement } from '../outbox/outbox.ts'
import type { Counters } from './counters.ts'
import type { ForwardEnding } from './ending.ts'

type Named = Pick<LeasedEntry, 'nonce' | 'kind' | 'lane'>

/** Counts what was settled, and tells of it when it is an ending. */
export const createTell =
  (counters: Counters, onEnding: (ending: ForwardEnding) => void = () => {}) =>
  ({ nonce, kind, lane }: Named, settlement: Settlement): void => {
    if (settlement.type === 'ack') {
      counters.delivered += 1
      const { upstreamId } = settlement
      if (upstreamId === undefined) onEnding({ nonce, kind, lane, ending: 'delivered' })
      else onEnding({ nonce, kind, lane, ending: 'delivered', upstreamId })
    } else if (settlement.type === 'bury') {
      counters.buried += 1
      onEnding({ nonce, kind, lane, ending: 'buried', code: settlement.code })
    } else counters.retried += 1
  }
