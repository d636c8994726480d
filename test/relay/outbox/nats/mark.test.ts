import { expect, test } from 'vitest'
import type { ItemHead } from '../../../../packages/relay/src/outbox/nats/frame.ts'
import { createHands, type InHand } from '../../../../packages/relay/src/outbox/nats/hands.ts'
import { freshState } from '../../../../packages/relay/src/outbox/nats/item-record.ts'
import type { NonceBucket } from '../../../../packages/relay/src/outbox/nats/nonce-bucket.ts'
import { createSettle } from '../../../../packages/relay/src/outbox/nats/settle.ts'
import { createView, NO_COUNTS } from '../../../../packages/relay/src/outbox/nats/view.ts'
import { silentLog } from '../../../../packages/relay/src/telemetry/log.ts'
import { createManualClock } from '../../../support/manual-clock.ts'

const LANE = 'interaction:'
const head: ItemHead = {
  ...{ kind: 'interaction', nonce: 'a', lane: LANE, index: 0 },
  ...{ fingerprint: 'f', receivedAt: 0 },
}

/** As a cluster of 2.9.10 does: what comes at the same moment is compared with the same revision, and both get through. */
const createLaxBucket = (): NonceBucket => {
  let last: Awaited<ReturnType<NonceBucket['read']>> = {
    record: { ...freshState(LANE), fingerprint: 'f', by: '', seq: 1 },
    revision: 1,
  }
  return {
    read: async () => last,
    async write(_, record, revision) {
      if (last?.revision !== revision) return undefined
      // The other one is carried out right behind this one.
      last = { record: { ...record, by: 'another relay' }, revision: revision + 2 }
      return revision + 1
    },
  }
}

test('a mark that another relay wrote over at the same moment is not believed', async () => {
  const clock = createManualClock()
  const hands = createHands(clock, () => {})
  const settling = createSettle({
    ...{ relay: 'one', nonces: createLaxBucket(), hands, clock, log: silentLog },
    letters: { put: fail, read: fail, remove: fail, inOrder: fail },
    remove: fail,
    register: { copy: fail, redriven: fail, burial: fail, leaving: fail },
    view: createView(NO_COUNTS),
  })
  const item: InHand = {
    entry: { ...freshState(LANE), ...head, ref: { lane: LANE, seq: 1, index: 0 }, record: Buffer.of() },
    ...{ head, record: { ...freshState(LANE), fingerprint: 'f', by: '', seq: 1 }, revision: 1 },
    ...{ leased: true, since: 0 },
    delivery: { seq: 1, data: Buffer.of(), giveBack: fail, working: fail },
  }
  await expect(settling.settle(item, { type: 'mark' })).rejects.toThrow('another relay has gone on')
})

const fail = (): never => {
  throw new Error('not to be asked for')
}
