import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { laneOf } from '../../../../packages/relay/src/outbox/lane.ts'
import { packPuts } from '../../../../packages/relay/src/outbox/lmdb/pack-puts.ts'
import { openOutbox } from '../../../../packages/relay/src/outbox/open-outbox.ts'
import {
  type Intake,
  type Outbox,
  OutboxFailed,
  OutboxFull,
  type PutOutcome,
} from '../../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { MAX_PACKED, openPack } from '../../../../packages/relay/src/pack.ts'
import { decodeRecord, itemRecordsOf } from '../../../../packages/relay/src/record.ts'
import { openRecord } from '../../../../packages/relay/src/record-reader.ts'
import { createMask } from '../../../../packages/relay/src/seal/mask.ts'
import { openSealing } from '../../../../packages/relay/src/seal/open-sealing.ts'
import { sealOutbox } from '../../../../packages/relay/src/seal/sealed-outbox.ts'
import { silentLog } from '../../../../packages/relay/src/telemetry/log.ts'
import { createMemoryOutbox } from '../../../support/memory-outbox.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { makeKeys, opening, sealedSingleOf } from '../../seal/seal-ground.ts'
import { batchOf, eraseAll, intakeOf, lettersOf, singleOf } from '../intakes.ts'
import { outboxCases } from '../outbox-cases.ts'
import { makeLmdbFolder } from './lmdb-folder.ts'

outboxCases('memory, packed', async (clock, maxBacklog) => {
  const bare = createMemoryOutbox({
    clock,
    single: singleOf,
    ...(maxBacklog !== undefined && { maxBacklog }),
  })
  return { outbox: packPuts(bare), dispose: bare.close }
})

const { openRing, openSeal } = makeKeys()
const seal = openSeal()
const mask = createMask(openRing().mask)

outboxCases('lmdb, sealed and packed', async (clock, maxBacklog) => {
  const folder = await makeLmdbFolder()
  const bare = await folder.open({
    clock,
    single: sealedSingleOf(seal),
    ...(maxBacklog !== undefined && { maxBacklog }),
  })
  return { outbox: opening(packPuts(sealOutbox(bare, seal, mask)), seal), dispose: folder.dispose }
})

const NOW = 1_764_000_000_000
const LANE = 'event:lead'

/** A packing outbox, and what was put in the one behind it. */
const startPacking = (
  put: Outbox['put'] = async ({ entries }) => entries.map(() => 'accepted'),
  bare: Outbox = createMemoryOutbox({ clock: createTurnedClock() }),
) => {
  const puts: Intake[] = []
  const noting: Outbox = {
    ...bare,
    put(intake) {
      // Its memory is lent: what is looked at later has to be kept.
      puts.push({ ...intake, record: Buffer.from(intake.record) })
      return put(intake)
    },
  }
  return { outbox: packPuts(noting), puts }
}

const startMemory = (maxBacklog = 100) => {
  const bare = createMemoryOutbox({ clock: createTurnedClock(), maxBacklog, single: itemRecordsOf })
  return startPacking(bare.put, bare)
}

/** How each of them ended. */
const outcomesOf = async (puts: readonly Promise<PutOutcome[]>[]) =>
  (await Promise.allSettled(puts)).map((one) =>
    one.status === 'fulfilled' ? one.value : (one.reason as Error).message,
  )
const partsIn = ({ record }: Intake): number => openPack(Buffer.from(record)).parts.length

describe('batches that come in one turn', () => {
  test('are put as one, and each has its own outcomes', async () => {
    const { outbox, puts } = startMemory()
    await outbox.put(batchOf(['b']))
    const three = [batchOf(['a', 'b']), batchOf(['c']), batchOf(['a', 'd'])].map((batch) => outbox.put(batch))
    expect(await outcomesOf(three)).toEqual([
      ['accepted', 'duplicate'],
      ['accepted'],
      ['duplicate', 'accepted'],
    ])
    expect(puts.map(partsIn)).toEqual([1, 3])
    expect(outbox.ledger()).toMatchObject({ received: 4, held: 4, duplicates: 2 })
  })

  test('find every item again that is leased, in the pack that they share', async () => {
    const { outbox } = startMemory()
    await Promise.all(
      [batchOf(['a', 'b']), batchOf(['c']), batchOf(['d', 'e'])].map((batch) => outbox.put(batch)),
    )
    const entries = await outbox.lease(LANE, 9)
    expect(entries.map(({ record, index }) => decodeRecord(record)[index]?.nonce)).toEqual([
      ...['a', 'b', 'c', 'd', 'e'],
    ])
    expect(new Set(entries.map(({ record }) => record)).size).toBe(1)
  })

  test('with one nonce in two of them: the first is accepted, its repeat is one, other content is a conflict', async () => {
    const { outbox, puts } = startMemory()
    const other = batchOf([{ nonce: 'a', data: { other: 'content' } }])
    const all = [batchOf(['a']), batchOf(['a']), other].map((batch) => outbox.put(batch))
    expect(await outcomesOf(all)).toEqual([['accepted'], ['duplicate'], ['conflict']])
    expect(puts).toHaveLength(1)
  })

  test('of the next turn are the next pack', async () => {
    const { outbox, puts } = startPacking()
    const first = outbox.put(batchOf(['a']))
    await turn()
    await Promise.all([first, outbox.put(batchOf(['b'])), outbox.put(batchOf(['c']))])
    expect(puts.map(partsIn)).toEqual([1, 2])
  })

  test('are not kept waiting by a put under way', async () => {
    const { outbox, puts } = startPacking(() => new Promise(() => {}))
    for (const nonce of ['a', 'b', 'c']) {
      void outbox.put(batchOf([nonce]))
      await turn()
    }
    expect(puts).toHaveLength(3)
  })

  test('one alone is put as it is', async () => {
    const { outbox, puts } = startPacking()
    const batch = batchOf(['a', 'b'])
    await outbox.put(batch)
    expect(puts).toEqual([batch])
    expect(partsIn(batch)).toBe(1)
  })

  test('were received when the first of them was', async () => {
    const { outbox, puts } = startPacking()
    const later = { ...batchOf(['b']), receivedAt: NOW + 5 }
    await Promise.all([outbox.put(batchOf(['a'])), outbox.put(later)])
    expect(puts[0]?.receivedAt).toBe(NOW)
  })

  test('are put before the outbox closes', async () => {
    const outbox = packPuts(createMemoryOutbox({ clock: createTurnedClock() }))
    const put = outbox.put(batchOf(['a']))
    await outbox.close()
    expect(await put).toEqual(['accepted'])
  })
})

describe('a pack that is refused', () => {
  test('as there is no room, is put again batch by batch: repeats are answered, the rest hears why', async () => {
    const { outbox, puts } = startMemory(2)
    await outbox.put(batchOf(['a', 'b']))
    const all = [batchOf(['a']), batchOf(['c']), batchOf(['b', 'a'])].map((batch) => outbox.put(batch))
    expect(await outcomesOf(all)).toEqual([
      ...[['duplicate'], 'the backlog is at its limit', ['duplicate', 'duplicate']],
    ])
    expect(puts.map(partsIn)).toEqual([1, 3, 1, 1, 1])
    expect(outbox.ledger()).toMatchObject({ received: 2, held: 2, duplicates: 3 })
  })

  test('lets in as many of its batches as there is room for', async () => {
    let room = 0
    const { outbox } = startPacking(async ({ entries }) => {
      if (entries.length > room) throw new OutboxFull('storage')
      room -= entries.length
      return entries.map(() => 'accepted')
    })
    room = 2
    const all = [batchOf(['a']), batchOf(['b']), batchOf(['c'])].map((batch) => outbox.put(batch))
    expect(await outcomesOf(all)).toEqual([['accepted'], ['accepted'], 'the disk takes no more'])
  })

  test('for a reason of one batch alone, leaves the others be', async () => {
    const { outbox } = startPacking(async ({ entries }) => {
      if (entries.some(({ nonce }) => nonce === 'bad')) throw new TypeError('out of bounds')
      return entries.map(() => 'accepted')
    })
    const all = [batchOf(['a']), batchOf(['bad']), batchOf(['c'])].map((batch) => outbox.put(batch))
    expect(await outcomesOf(all)).toEqual([['accepted'], 'out of bounds', ['accepted']])
  })

  test('of one batch is not put again', async () => {
    const { outbox, puts } = startPacking(() => Promise.reject(new OutboxFull('backlog')))
    await expect(outbox.put(batchOf(['a']))).rejects.toMatchObject({ name: 'OutboxFull', reason: 'backlog' })
    expect(puts).toHaveLength(1)
  })

  test('as the disk cannot be trusted, is not put again, and everybody hears of it', async () => {
    const { outbox, puts } = startPacking(() => Promise.reject(new OutboxFailed('a sync failed')))
    const all = [batchOf(['a']), batchOf(['b'])].map((batch) => outbox.put(batch))
    expect(await outcomesOf(all)).toEqual(['a sync failed', 'a sync failed'])
    expect(puts).toHaveLength(1)
  })
})

describe('a pack is no larger', () => {
  const bytesIn = ({ record }: Intake): number =>
    openPack(Buffer.from(record)).parts.reduce((sum, { length }) => sum + length, 0)
  const withBytes = (nonce: string, bytes: number): Intake => ({
    ...batchOf([nonce]),
    record: Buffer.alloc(bytes, nonce),
  })

  test('than 64 KiB, but for a batch that is larger by itself; all come in order, and are answered so', async () => {
    const sizes = fc.array(fc.oneof(fc.nat(30_000), fc.constantFrom(1, 65_535, 65_536, 65_537, 200_000)), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(sizes, async (all) => {
        const { outbox, puts } = startPacking(async ({ entries }) =>
          entries.map(({ nonce }) => `for ${nonce}` as PutOutcome),
        )
        const batches = all.map((bytes, n) => withBytes(`${n}`, bytes + 1))
        const outcomes = await Promise.all(batches.map((batch) => outbox.put(batch)))
        expect(outcomes).toEqual(all.map((_, n) => [`for ${n}`]))
        for (const one of puts) expect(bytesIn(one) <= 65_536 || partsIn(one) === 1).toBe(true)
        const parts = puts.flatMap(({ record }) => openPack(Buffer.from(record)).parts)
        expect(parts.map((part) => part.length)).toEqual(all.map((bytes) => bytes + 1))
        expect(puts.flatMap(({ entries }) => entries.map(({ nonce }) => nonce))).toEqual(
          all.map((_, n) => `${n}`),
        )
      }),
    )
  })

  test('than that, but as large: what fits is not parted', async () => {
    const { outbox, puts } = startPacking()
    await Promise.all([32_768, 32_768, 1].map((bytes, n) => outbox.put(withBytes(`${n}`, bytes))))
    expect(puts.map(partsIn)).toEqual([2, 1])
  })

  test('than 256 entries', async () => {
    const { outbox, puts } = startPacking()
    const hundred = batchOf(Array.from({ length: 100 }, (_, n) => `n${n}`))
    const fifty = { ...hundred, entries: hundred.entries.slice(0, 50) }
    const six = { ...hundred, entries: hundred.entries.slice(0, 6) }
    const all = [hundred, hundred, fifty, six, hundred, hundred, hundred]
    await Promise.all(all.map((batch) => outbox.put({ ...batch, record: Buffer.alloc(1) })))
    expect(puts.map(({ entries }) => entries.length)).toEqual([256, 200, 100])
  })

  test('than 512 batches, though nothing of them be new', async () => {
    const { outbox, puts } = startPacking()
    const empty = { record: Buffer.alloc(1), entries: [], receivedAt: NOW }
    await Promise.all(Array.from({ length: 2 * MAX_PACKED + 1 }, () => outbox.put(empty)))
    expect(puts.map(partsIn)).toEqual([MAX_PACKED, MAX_PACKED, 1])
  })
})

test('events of more types than one put may have end up each in their own lane, on disk too', async () => {
  const folder = await makeLmdbFolder()
  onTestFinished(folder.dispose)
  const first = packPuts(await folder.open())
  const types = Array.from({ length: 300 }, (_, n) => `type-${n}`)
  const batchAt = (from: number) =>
    intakeOf(types.slice(from, from + 100).map((eventType) => ({ nonce: `of-${eventType}`, eventType })))
  await Promise.all([0, 100, 200].map((from) => first.put(batchAt(from))))
  await first.close()
  const outbox = await folder.open()
  for (const type of types) {
    const [entry, ...more] = await outbox.lease(laneOf('event', type), 9)
    expect([entry?.nonce, more]).toEqual([`of-${type}`, []])
    if (entry) await settled(outbox, entry.ref, { type: 'ack' })
  }
  expect([outbox.lanes(), outbox.ledger()]).toEqual([
    [],
    expect.objectContaining({ held: 0, delivered: 300 }),
  ])
})

test('what is put in many turns at once, some of it refused and put again, is kept byte for byte', async () => {
  const folder = await makeLmdbFolder()
  onTestFinished(folder.dispose)
  const bare = await folder.open()
  let puts = 0
  /** Each third pack is refused as a whole: its batches come again while others are under way. */
  const picky: Outbox = {
    ...bare,
    put(intake) {
      puts += 1
      const isPack = intake.entries.length > 1
      const refusal = () => Promise.reject(new TypeError('no'))
      return isPack && puts % 3 === 0 ? turn().then(refusal) : bare.put(intake)
    },
  }
  const outbox = packPuts(sealOutbox(picky, seal, mask))
  const textOf = (n: number): string => `${n} `.repeat(1 + ((n * 7_919) % 9_000))
  const batches = Array.from({ length: 400 }, (_, n) =>
    batchOf([{ nonce: `n${n}`, data: { text: textOf(n) } }]),
  )
  const outcomes: Promise<PutOutcome[]>[] = []
  for (const [n, batch] of batches.entries()) {
    const record = outbox.roomFor?.(batch.record.length)
    record?.set(batch.record)
    outcomes.push(outbox.put({ ...batch, ...(record && { record }) }))
    if (n % 5 === 4) await turn()
  }
  expect(await outcomesOf(outcomes)).toEqual(batches.map(() => ['accepted']))
  const entries = await outbox.lease(LANE, 400)
  const texts = entries.map(({ record, index }) => {
    const item = openRecord(seal.open(record)).itemAt(index)
    return [item?.nonce, item?.kind === 'event' && item.data.text]
  })
  expect(new Map(texts as [string, string][])).toEqual(new Map(batches.map((_, n) => [`n${n}`, textOf(n)])))
})

describe('a relay’s own outbox', () => {
  const clock = createTurnedClock(NOW)
  const place = {
    ...{ projectId: 'demo-shop', nats: undefined, maxBacklog: 1_000, keepDeliveredMs: 0 },
    ...{ keepDeadLettersMs: 90 * 86_400_000, webhook: undefined, keyFile: undefined },
  }
  const openIn = async (dataDir: string) => {
    const at = { ...place, dataDir, outboxDir: `${dataDir}/outbox` }
    const sealing = openSealing(at, { clock, log: silentLog })
    const onFatal = (error: Error) => {
      throw error
    }
    const outbox = await openOutbox(at, { clock, log: silentLog, sealing, onFatal })
    onTestFinished(() => outbox.close())
    return { outbox, sealing }
  }

  test('reads a record anew after an erasure, though it has just been read', async () => {
    const { outbox, sealing } = await openIn(tempFolder('packs'))
    await outbox.put(batchOf(['a', { nonce: 'mona', data: { email: 'mona@shop.test' } }, 'b']))
    const [first] = await outbox.lease(LANE, 1)
    expect(JSON.stringify(first && sealing.decode(first.record))).toContain('mona@shop.test')
    expect(await eraseAll(outbox, sealing.picker({ email: 'mona@shop.test' }))).toMatchObject({ held: 1 })
    const [second] = await outbox.lease(LANE, 1)
    expect([first?.nonce, second?.nonce]).toEqual(['a', 'b'])
    expect(JSON.stringify(second && sealing.decode(second.record))).not.toContain('mona')
  })

  test('packs, seals, and has each item again after a restart, as a letter, and without those who were erased', async () => {
    const dataDir = tempFolder('packs')
    const first = await openIn(dataDir)
    const mona = { email: 'mona@shop.test' }
    const batches = [
      batchOf(['a', { nonce: 'mona-1', data: mona }]),
      batchOf(['buried']),
      batchOf([{ nonce: 'mona-2', data: mona }, 'b']),
    ]
    await Promise.all(batches.map((batch) => first.outbox.put(batch)))
    const leased = await first.outbox.lease(LANE, 9)
    expect(new Set(leased.map(({ record }) => Buffer.from(record).toString('hex'))).size).toBe(1)
    expect(leased.map(({ record, index }) => first.sealing.open(record).itemAt(index)?.nonce)).toEqual([
      ...['a', 'mona-1', 'buried', 'mona-2', 'b'],
    ])
    const bury = { type: 'bury', code: 'NO', message: 'no' } as const
    for (const { ref, nonce } of leased) if (nonce === 'buried') await settled(first.outbox, ref, bury)
    await first.outbox.close()

    const { outbox, sealing } = await openIn(dataDir)
    const erased = await eraseAll(outbox, sealing.picker({ email: 'mona@shop.test' }))
    expect(erased).toMatchObject({ held: 2, deadLetters: 0, underWay: 0, unreadable: 0 })
    const left = await outbox.lease(LANE, 9)
    expect(
      left.map(({ nonce, record, index }) => [nonce, sealing.open(record).itemAt(index)?.nonce]),
    ).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ])
    for (const { record } of left)
      expect(sealing.decode(record).filter((item) => JSON.stringify(item).includes('mona'))).toEqual([])
    const [letter] = await lettersOf(outbox)
    const own = letter && sealing.decode(letter.record)
    expect(own?.map(({ nonce }) => nonce)).toEqual(['buried'])
    expect(await outbox.redrive('buried')).toBe(true)
    const [again] = await outbox.lease(LANE, 9)
    expect(again && sealing.open(again.record).itemAt(again.index)?.nonce).toBe('buried')
    expect(await Promise.all(batches.map((batch) => outbox.put(batch)))).toEqual(
      batches.map(({ entries }) => entries.map(() => 'duplicate')),
    )
  })
})
