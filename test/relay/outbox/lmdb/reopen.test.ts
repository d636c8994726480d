import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LmdbOutboxOptions } from '../../../../packages/relay/src/outbox/lmdb/lmdb.ts'
import { GENERATION_MS } from '../../../../packages/relay/src/outbox/lmdb/nonces/nonce-memory.ts'
import type { LeasedEntry, LocalOutbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { eventually } from '../../../support/eventually.ts'
import { createTurnedClock, type TurnedClock } from '../../../support/turned-clock.ts'
import { intakeOf, singleOf } from '../intakes.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

const LANE = 'event:purchase'
const DAY_MS = 24 * 3_600_000

let folder: LmdbFolder
let clock: TurnedClock
let outbox: LocalOutbox
beforeEach(async () => {
  folder = await makeLmdbFolder()
  clock = createTurnedClock()
  outbox = await folder.open({ clock })
})
afterEach(() => folder.dispose())

const reopen = async (options: Partial<LmdbOutboxOptions> = {}) => {
  await outbox.close()
  outbox = await folder.open({ clock, ...options })
}
const leaseOne = async (): Promise<LeasedEntry> => {
  const [entry] = await outbox.lease(LANE, 1)
  if (!entry) throw new Error('nothing is due')
  return entry
}
/** Turns the clock a second at a time, as the janitor's rounds need, until the claim holds. */
const onceTurned = (claim: () => void) =>
  eventually(
    () => {
      clock.turn(1_000)
      claim()
    },
    { interval: 5 },
  )

describe('after closing and opening again', () => {
  test('everything unsettled is due again, in order, with its attempts and its mark', async () => {
    await outbox.put(intakeOf(['a', 'b', 'c']))
    const [a, b, c] = await outbox.lease(LANE, 3)
    if (!a || !b || !c) throw new Error('three were put')
    const dueAt = clock.now() + DAY_MS
    await settled(outbox, a.ref, { type: 'retry', dueAt, triedMs: 1_234, counted: true })
    await settled(outbox, b.ref, { type: 'mark' })
    await reopen()
    expect(await outbox.lease(LANE, 9)).toMatchObject([
      { nonce: 'a', attempts: 1, triedMs: 1_234, attempting: false },
      { nonce: 'b', attempts: 0, attempting: true },
      { nonce: 'c', attempts: 0, attempting: false },
    ])
  })

  test('ledger, lanes, dead letters, fates and nonces are as they were', async () => {
    await outbox.put(intakeOf(['a', 'b', 'c', { nonce: 'v', eventType: 'view' }, 'a']))
    const [a, b] = await outbox.lease(LANE, 2)
    if (!a || !b) throw new Error('four were put')
    await settled(outbox, a.ref, { type: 'ack', upstreamId: 'up' })
    await settled(outbox, b.ref, { type: 'bury', code: 'NO', message: 'no' })
    const before = [outbox.ledger(), [...outbox.lanes()].sort(), [...outbox.deadLetters()]]
    await reopen()
    expect([outbox.ledger(), [...outbox.lanes()].sort(), [...outbox.deadLetters()]]).toEqual(before)
    expect(outbox.ledger()).toMatchObject({ received: 4, held: 2, buried: 1, delivered: 1, duplicates: 1 })
    expect(outbox.fate('a')).toMatchObject({ state: 'delivered', upstreamId: 'up' })
    expect(await outbox.put(intakeOf(['a', 'b', 'c']))).toEqual(Array(3).fill('duplicate'))
  })
})

test('dead letters that keep their whole record, as they did before, are read and redriven', async () => {
  const { record } = intakeOf(['z', 'a'])
  await outbox.put(intakeOf(['z', 'a']))
  const [z, a] = await outbox.lease(LANE, 2)
  if (!z || !a) throw new Error('two were put')
  await settled(outbox, a.ref, { type: 'bury', code: 'NO', message: 'no' })
  await reopen({ single: singleOf })
  const letter = outbox.deadLetter('a')
  expect([Buffer.from(letter?.record ?? []), letter?.index]).toEqual([record, 1])
  expect(await outbox.redrive('a')).toBe(true)
  const again = (await outbox.lease(LANE, 2)).find(({ nonce }) => nonce === 'a')
  if (!again) throw new Error('a was redriven')
  expect(again.index).toBe(1)
  await settled(outbox, again.ref, { type: 'bury', code: 'NO', message: 'still no' })
  expect(outbox.deadLetter('a')).toMatchObject({ index: 0, record: Buffer.from('[{"nonce":"a"}]') })
})

test('repeats alone are counted on disk too', async () => {
  await outbox.put(intakeOf(['a']))
  await outbox.put(intakeOf(['a']))
  await reopen()
  expect(outbox.ledger()).toMatchObject({ received: 1, duplicates: 1 })
})

describe('keeping', () => {
  test('a delivered entry can be asked for until its time is over; its nonce is remembered longer', async () => {
    await reopen({ keepDeliveredMs: DAY_MS })
    await outbox.put(intakeOf(['a', 'b']))
    for (const { ref } of await outbox.lease(LANE, 2)) await settled(outbox, ref, { type: 'ack' })
    clock.turn(DAY_MS - 2_000)
    expect(outbox.fate('a')?.state).toBe('delivered')
    await onceTurned(() => expect(outbox.fate('a')).toEqual({ state: 'settled' }))
    expect(outbox.fate('b')).toEqual({ state: 'settled' })
    expect(await outbox.put(intakeOf(['a']))).toEqual(['duplicate'])
  })

  test('kept for no time, a delivered entry leaves nothing but its nonce', async () => {
    await reopen({ keepDeliveredMs: 0 })
    await outbox.put(intakeOf(['a']))
    await settled(outbox, (await leaseOne()).ref, { type: 'ack' })
    expect(outbox.fate('a')).toEqual({ state: 'settled' })
  })

  test('a dead letter is dropped, and counted so, when its time is over', async () => {
    await reopen({ keepDeadLettersMs: DAY_MS })
    await outbox.put(intakeOf(['a']))
    await settled(outbox, (await leaseOne()).ref, { type: 'bury', code: 'NO', message: '' })
    clock.turn(DAY_MS - 5_000)
    expect(outbox.ledger()).toMatchObject({ buried: 1, dropped: 0 })
    await onceTurned(() => expect(outbox.ledger()).toMatchObject({ buried: 0, dropped: 1 }))
    expect(outbox.deadLetter('a')).toBeUndefined()
  })

  test('a nonce is remembered through one turn of the generations and forgotten after the second', async () => {
    await outbox.put(intakeOf(['a']))
    await settled(outbox, (await leaseOne()).ref, { type: 'ack' })
    const turnGeneration = async () => {
      clock.turn(GENERATION_MS)
      await outbox.put(intakeOf([`round-${clock.now()}`]))
      await outbox.redrive('nobody')
    }
    await turnGeneration()
    expect(await outbox.put(intakeOf(['a']))).toEqual(['duplicate'])
    await reopen()
    expect(await outbox.put(intakeOf(['a']))).toEqual(['duplicate'])
    await turnGeneration()
    await onceTurned(() => expect(outbox.fate('a')).toBeUndefined())
    expect(await outbox.put(intakeOf(['a']))).toEqual(['accepted'])
  })

  test('a buried nonce stays known as long as its letter, whatever the nonce memory has forgotten', async () => {
    await reopen({ keepDeadLettersMs: 400 * DAY_MS })
    await outbox.put(intakeOf(['a']))
    await settled(outbox, (await leaseOne()).ref, { type: 'bury', code: 'NO', message: '' })
    for (let round = 0; round < 3; round += 1) {
      clock.turn(GENERATION_MS)
      await outbox.put(intakeOf([`round-${round}`]))
    }
    expect(await outbox.put(intakeOf(['a', { nonce: 'a', content: 'other' }]))).toEqual([
      'duplicate',
      'conflict',
    ])
    expect(outbox.fate('a')?.state).toBe('buried')
    expect(await outbox.redrive('a')).toBe(true)
    expect(outbox.fate('a')?.state).toBe('held')
  })

  test('a redriven nonce is where it was put last, though an older generation remembers it too', async () => {
    await outbox.put(intakeOf(['a']))
    await settled(outbox, (await leaseOne()).ref, { type: 'bury', code: 'NO', message: '' })
    clock.turn(GENERATION_MS)
    await outbox.put(intakeOf(['b']))
    await outbox.redrive('a')
    expect(outbox.fate('a')).toMatchObject({ state: 'held' })
    clock.turn(GENERATION_MS)
    await outbox.put(intakeOf(['c']))
    expect(outbox.fate('a')).toMatchObject({ state: 'held' })
  })
})

describe('an unreadable file', () => {
  const dataFile = () => join(folder.dir, 'outbox.mdb')
  const setAside = async () => (await readdir(folder.dir)).filter((name) => name.includes('.unreadable-'))
  const expectFreshStart = async () => {
    const error = vi.fn()
    outbox = await folder.open({ clock, log: { debug() {}, info() {}, warn() {}, error } })
    expect(outbox.ledger().received).toBe(0)
    expect(await outbox.put(intakeOf(['b']))).toEqual(['accepted'])
    expect(await setAside()).not.toHaveLength(0)
    expect(error).toHaveBeenCalledOnce()
  }

  test('is set aside and said when it is no LMDB file', async () => {
    await outbox.close()
    await writeFile(dataFile(), Buffer.alloc(65_536, 'x'))
    await expectFreshStart()
  })

  test('is set aside and said when it is torn', async () => {
    for (let batch = 0; batch < 50; batch += 1) await outbox.put(intakeOf([`n${batch}`, `m${batch}`]))
    await outbox.close()
    const { length } = await readFile(dataFile())
    await truncate(dataFile(), Math.floor(length / 2))
    await expectFreshStart()
  })

  test('is kept when only pages never written are missing from its end', async () => {
    for (let batch = 0; batch < 50; batch += 1) await outbox.put(intakeOf([`n${batch}`]))
    await outbox.close()
    const bytes = await readFile(dataFile())
    const lastPages = [144, 4_096 + 144]
    for (const at of lastPages) bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at) + 3n, at)
    await writeFile(dataFile(), bytes)
    await reopen()
    expect(outbox.ledger()).toMatchObject({ received: 50, held: 50 })
    expect(await outbox.put(intakeOf(['n7', 'new']))).toEqual(['duplicate', 'accepted'])
    expect(await setAside()).toEqual([])
  })

  test('is set aside and said when a page was overwritten and the last start did not survive it', async () => {
    for (let batch = 0; batch < 50; batch += 1) await outbox.put(intakeOf([`n${batch}`]))
    await outbox.close()
    const bytes = await readFile(dataFile())
    bytes.fill('x', 8 * 4_096, 20 * 4_096)
    await writeFile(dataFile(), bytes)
    await writeFile(join(folder.dir, 'suspect'), '')
    await expectFreshStart()
  })
})
