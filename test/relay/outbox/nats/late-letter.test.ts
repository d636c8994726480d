import { expect, test } from 'vitest'
import type { ItemHead, LetterHead } from '../../../../packages/relay/src/outbox/nats/frame.ts'
import { createHands } from '../../../../packages/relay/src/outbox/nats/hands.ts'
import { freshState, type ItemRecord } from '../../../../packages/relay/src/outbox/nats/item-record.ts'
import { createSettle } from '../../../../packages/relay/src/outbox/nats/settle.ts'
import { createView, NO_COUNTS } from '../../../../packages/relay/src/outbox/nats/view.ts'
import { silentLog } from '../../../../packages/relay/src/telemetry/log.ts'
import { createManualClock } from '../../../support/manual-clock.ts'

const LANE = 'event:a'
const its = { fingerprint: 'f', by: 'another', seq: 1 }
const buried: ItemRecord = { ...its, state: 'buried', at: 0, code: 'NO', message: '', attempts: 1 }
const head: ItemHead = {
  ...{ kind: 'event', nonce: 'a', lane: LANE, index: 0 },
  ...{ fingerprint: 'f', receivedAt: 0 },
}

/** Writes the letter of a buried item, as a relay does that was silent until the record said `now`. What is left of it. */
const lettersAfter = async (now: ItemRecord): Promise<LetterHead[]> => {
  const letters = new Map<number, LetterHead>()
  const clock = createManualClock()
  const none = async () => {}
  const settling = createSettle({
    ...{ relay: 'late', clock, log: silentLog, hands: createHands(clock, () => {}) },
    nonces: { read: async () => ({ record: now, revision: 9 }), write: async () => undefined },
    letters: {
      put: async (letter) => letters.set(7, letter) && 7,
      read: async () => undefined,
      remove: async (seq) => letters.delete(seq),
      async *inOrder() {},
    },
    remove: async () => true,
    register: { copy: none, redriven: none, burial: none, leaving: none },
    view: createView(NO_COUNTS),
  })
  await settling.finish({ head, seq: 1, record: Buffer.of() }, buried)
  return [...letters.values()]
}

test('a letter is left while it is buried, and while its redrive may not be done yet', async () => {
  expect(await lettersAfter(buried)).toMatchObject([{ code: 'NO', seq: 1, round: 0 }])
  expect(await lettersAfter({ ...its, ...freshState(LANE), round: 1 })).toHaveLength(1)
})

test('a letter that comes after a person has decided on it is taken back', async () => {
  const delivered = { ...its, state: 'delivered', at: 0, round: 1 } as const
  expect(await lettersAfter(delivered)).toEqual([])
  expect(await lettersAfter({ ...buried, round: 1 })).toEqual([])
  expect(await lettersAfter({ ...its, state: 'dropped' })).toEqual([])
})
