import { beginPack, type NewPack, packBytes, placeInPack } from '../../pack.ts'
import { createPool, type Pool } from '../../pool.ts'
import { type Intake, type NewEntry, type Outbox, OutboxFailed, type PutOutcome } from '../outbox.ts'
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
  const { put, roomFor, flush } = createPacking(outbox.put)
  return {
    ...outbox,
    put,
    roomFor,
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

/** What has come in this turn, and the block that its records lie in. */
type Gathered = { waiting: Waiting[]; entries: number; pack: NewPack; block: Buffer }

const begin = (pool: Pool): Gathered => {
  const block = pool.take(packBytes(MAX_BYTES))
  return { waiting: [], entries: 0, pack: beginPack(block, MAX_BYTES), block }
}

const createPacking = (put: Put) => {
  const pool = createPool()
  let gathered: Gathered | undefined

  const flush = () => {
    if (!gathered) return
    const { waiting, pack, block } = gathered
    gathered = undefined
    if (waiting.length === 0) pool.give(block)
    else void putTogether(put, waiting, pack).then(() => pool.give(block))
  }
  /** What is gathered, with room for so much more. */
  const gatheredFor = (bytes: number, entries: number): Gathered => {
    const fits = gathered?.pack.hasRoomFor(bytes) && gathered.entries + entries <= MAX_ENTRIES
    if (!fits) flush()
    if (!gathered) setImmediate(flush)
    gathered ??= begin(pool)
    return gathered
  }
  const roomFor = (bytes: number): Buffer =>
    bytes > MAX_BYTES ? Buffer.allocUnsafe(bytes) : gatheredFor(bytes, 0).pack.roomFor(bytes)
  const putLater: Put = (intake) => {
    const { record, entries } = intake
    if (record.length > MAX_BYTES) {
      flush()
      return put(intake)
    }
    const into = gatheredFor(record.length, entries.length)
    into.entries += entries.length
    return new Promise((resolve, reject) => {
      into.waiting.push({ intake: { ...intake, record: into.pack.add(record) }, resolve, reject })
    })
  }
  return { put: putLater, roomFor, flush }
}

/** Never rejects; resolves when nobody reads the pack any more. */
const putTogether = async (put: Put, together: readonly Waiting[], pack: NewPack): Promise<void> => {
  try {
    const intakes = together.map(({ intake }) => intake)
    const outcomes = await put(packed(intakes, pack))
    let from = 0
    for (const { intake, resolve } of together) {
      resolve(outcomes.slice(from, from + intake.entries.length))
      from += intake.entries.length
    }
  } catch (error) {
    if (together.length === 1 || error instanceof OutboxFailed)
      for (const { reject } of together) reject(error)
    else await Promise.all(together.map(({ intake, resolve, reject }) => put(intake).then(resolve, reject)))
  }
}

/** Batches → one of all their entries, each in the place that it has in the pack. Received with the first. */
const packed = (intakes: readonly Intake[], pack: NewPack): Intake => {
  const entries: NewEntry[] = []
  for (let part = 0; part < intakes.length; part += 1)
    for (const { index, kind, nonce, lane, fingerprint } of intakes[part]?.entries ?? [])
      entries.push({ index: placeInPack(part, index), kind, nonce, lane, fingerprint })
  return { record: pack.whole(), entries, receivedAt: intakes[0]?.receivedAt ?? 0 }
}
