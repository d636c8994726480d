import type { DeadLetter, Fate, Intake, Outbox, PutOutcome, Settlement } from '../outbox/outbox.ts'
import { createPool } from '../pool.ts'
import type { Mask } from './mask.ts'
import type { Seal } from './seal.ts'

/**
 * An outbox that keeps nothing in clear of what items say: records and messages go in sealed, fingerprints masked.
 * Records come out as they lie there, and are opened by whoever reads them.
 */
export const sealOutbox = (outbox: Outbox, seal: Seal, mask: Mask): Outbox => ({
  ...outbox,
  put: createPut(outbox, seal, mask),
  settle: (ref, settlement, then) => outbox.settle(ref, sealedSettlement(seal, settlement), then),
  async fate(nonce, kind) {
    return openedFate(seal, await outbox.fate(nonce, kind))
  },
  async *deadLetters(filter) {
    for await (const letter of outbox.deadLetters(filter)) yield openedLetter(seal, letter)
  },
  async deadLetter(nonce, kind) {
    const letter = await outbox.deadLetter(nonce, kind)
    return letter && openedLetter(seal, letter)
  },
})

const createPut = (outbox: Outbox, { seal }: Seal, mask: Mask) => {
  const pool = createPool()
  const putSealed = async (intake: Intake, record: Uint8Array): Promise<PutOutcome[]> => {
    const outcomes = await outbox.put({ ...intake, record, entries: mask(intake.entries) })
    return outcomes.includes('conflict') ? judgedAgain(outbox, { ...intake, record }, outcomes) : outcomes
  }
  return async (intake: Intake): Promise<PutOutcome[]> => {
    let lent: Buffer | undefined
    const record = seal(intake.record, (bytes) => {
      lent = pool.take(bytes)
      return lent
    })
    try {
      return await putSealed(intake, record)
    } finally {
      if (lent) pool.give(lent)
    }
  }
}

/** What came before fingerprints were masked is compared as it was kept. Nothing can be stored by it: its nonce is known. */
const judgedAgain = async (
  outbox: Outbox,
  intake: Intake,
  outcomes: readonly PutOutcome[],
): Promise<PutOutcome[]> => {
  const doubtful = intake.entries.filter((_, at) => outcomes[at] === 'conflict')
  const again = await outbox.put({ ...intake, entries: doubtful })
  return outcomes.map((outcome) => (outcome === 'conflict' ? (again.shift() ?? outcome) : outcome))
}

const sealedSettlement = ({ sealText }: Seal, settlement: Settlement): Settlement =>
  settlement.type === 'bury' ? { ...settlement, message: sealText(settlement.message) } : settlement

const openedLetter = ({ openText }: Seal, letter: DeadLetter): DeadLetter => ({
  ...letter,
  message: openText(letter.message),
})

const openedFate = ({ openText }: Seal, fate: Fate | undefined): Fate | undefined =>
  fate?.state === 'buried' ? { ...fate, message: openText(fate.message) } : fate
