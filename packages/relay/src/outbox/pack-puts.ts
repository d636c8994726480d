import { MAX_PACKED, packRecords, placeInPack } from '../pack.ts'
import { type Intake, type NewEntry, type Outbox, OutboxFailed, type PutOutcome } from './outbox.ts'
import { MAX_ENTRIES } from './unit.ts'

type Put = Outbox['put']

/** Of a pack, in bytes: an entry that is held for long keeps all of its pack. */
const MAX_BYTES = 65_536

/**
 * Batches that come in one turn of the event loop are put as one, with a pack of their records: what a record costs
 * beside its bytes, a busy relay pays once for many. A pack that is refused is put again batch by batch, so that each
 * has the answer it would have had by itself.
 */
export const packPuts = (outbox: Outbox): Outbox => {
  const { put, flush } = createPacking(outbox.put)
  return {
    ...outbox,
    put,
    close() {
      flush()
      return outbox.close()
    },
  }
}

type Waiting = {
  intake: Intake
  resolve: (outcomes: PutOutcome[]) => void
  reject: (error: unknown) => void
}

const createPacking = (put: Put): { put: Put; flush: () => void } => {
  let waiting: Waiting[] = []
  let bytes = 0
  let entries = 0

  const flush = () => {
    if (waiting.length === 0) return
    const together = waiting
    waiting = []
    bytes = 0
    entries = 0
    void putTogether(put, together)
  }
  const hasRoomFor = (intake: Intake): boolean =>
    waiting.length < MAX_PACKED &&
    bytes + intake.record.length <= MAX_BYTES &&
    entries + intake.entries.length <= MAX_ENTRIES
  const makeRoomFor = (intake: Intake) => {
    if (!hasRoomFor(intake)) flush()
    if (waiting.length === 0) setImmediate(flush)
    bytes += intake.record.length
    entries += intake.entries.length
  }
  const putLater: Put = (intake) =>
    new Promise((resolve, reject) => {
      makeRoomFor(intake)
      waiting.push({ intake, resolve, reject })
    })
  return { put: putLater, flush }
}

const putTogether = async (put: Put, together: readonly Waiting[]): Promise<void> => {
  try {
    const outcomes = await put(packed(together.map(({ intake }) => intake)))
    let from = 0
    for (const { intake, resolve } of together) {
      resolve(outcomes.slice(from, from + intake.entries.length))
      from += intake.entries.length
    }
  } catch (error) {
    const isFinal = together.length === 1 || error instanceof OutboxFailed
    for (const { intake, resolve, reject } of together)
      if (isFinal) reject(error)
      else put(intake).then(resolve, reject)
  }
}

/** Batches → one of all their entries, each in the place that it has in the pack. Received with the first. */
const packed = (intakes: readonly Intake[]): Intake => {
  const entries: NewEntry[] = []
  for (const [part, intake] of intakes.entries())
    for (const { index, kind, nonce, lane, fingerprint } of intake.entries)
      entries.push({ index: placeInPack(part, index), kind, nonce, lane, fingerprint })
  const receivedAt = intakes[0]?.receivedAt ?? 0
  return { record: packRecords(intakes.map(({ record }) => record)), entries, receivedAt }
}
