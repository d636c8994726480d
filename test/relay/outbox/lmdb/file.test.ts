import { writeFileSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { unsoundness } from '../../../../packages/relay/src/outbox/lmdb/soundness.ts'
import type { LocalOutbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import { eventually } from '../../../support/eventually.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { intakeOf, singleOf } from '../intakes.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

const LANES = ['event:purchase', 'interaction:']
const PAGE = 4_096
let folder: LmdbFolder
beforeEach(async () => {
  folder = await makeLmdbFolder()
})
afterEach(() => folder.dispose())
const dataFile = () => join(folder.dir, 'outbox.mdb')

let made = 0
const putBatches = async (outbox: LocalOutbox, count: number, recordBytes: number) => {
  const puts = Array.from({ length: count }, () => {
    made += 1
    const record = Buffer.alloc(recordBytes, `record-${made};`)
    return outbox.put({ ...intakeOf([`n${made}`, { nonce: `m${made}`, kind: 'interaction' }]), record })
  })
  await Promise.all(puts)
}

/** The mark of pages that hold one large value. */
const LARGE_VALUE = 4
const unsoundnessOf = (bytes: Buffer, thorough: boolean): string | undefined => {
  const path = join(folder.dir, 'copy.mdb')
  writeFileSync(path, bytes)
  return unsoundness(path, thorough)
}
const without = (bytes: Buffer, page: number) => Buffer.from(bytes).fill('x', page * PAGE, (page + 1) * PAGE)

/** The file says that it had more pages once: it is shorter than it was. */
const claimingMore = (bytes: Buffer): Buffer => {
  const claiming = Buffer.from(bytes)
  for (const at of [144, PAGE + 144]) claiming.writeBigUInt64LE(claiming.readBigUInt64LE(at) + 3n, at)
  return claiming
}

test('a sound file passes, looked at quickly or page by page', async () => {
  const outbox = await folder.open()
  await putBatches(outbox, 60, 6_000)
  expect(unsoundness(dataFile(), true)).toBeUndefined()
  await outbox.close()
  expect(unsoundness(dataFile(), true)).toBeUndefined()
  expect(unsoundness(dataFile(), false)).toBeUndefined()
  expect(unsoundness(join(folder.dir, 'none'), true)).toBeUndefined()
})

test('page by page, every page of a held record is missed when it is overwritten or cut off', async () => {
  const outbox = await folder.open()
  await putBatches(outbox, 60, 6_000)
  await outbox.close()
  const sound = await readFile(dataFile())
  const pages = Array.from({ length: sound.length / PAGE }, (_, page) => page)
  const large = pages.filter((page) => page > 1 && sound.readUInt16LE(page * PAGE + 18) === LARGE_VALUE)
  const held = large.filter((page) => unsoundnessOf(without(sound, page), true))
  expect(held.length).toBeGreaterThanOrEqual(60)
  expect(held.filter((page) => unsoundnessOf(without(sound, page), false))).toEqual([])
  const [first = 0] = held
  expect(unsoundnessOf(claimingMore(sound), false)).toBeUndefined()
  expect(unsoundnessOf(claimingMore(without(sound, first)), false)).toMatch(`page ${first} `)
})

test('what is delivered makes room for what comes: the file does not grow with the traffic', async () => {
  const clock = createTurnedClock()
  const keepDeliveredMs = 10_000
  const outbox = await folder.open({ clock, keepDeliveredMs })
  const round = async () => {
    await putBatches(outbox, 40, 6_000)
    const entries = await Promise.all(LANES.map((lane) => outbox.lease(lane, 1_000)))
    await Promise.all(entries.flat().map(({ ref }) => settled(outbox, ref, { type: 'ack' })))
    const { delivered } = outbox.ledger()
    clock.turn(keepDeliveredMs)
    await eventually(() => {
      clock.turn(1_000)
      expect(outbox.fate(`n${made}`)).toEqual({ state: 'settled' })
    })
    expect(outbox.ledger().delivered).toBe(delivered)
  }
  for (let warm = 0; warm < 3; warm += 1) await round()
  const { size } = await stat(dataFile())
  for (let more = 0; more < 6; more += 1) await round()
  expect((await stat(dataFile())).size).toBeLessThan(size * 1.3)
})

test('the dead letters of a large batch take about its size in the file, not a copy each', async () => {
  const outbox = await folder.open({ single: singleOf })
  const wanted = Array.from({ length: 100 }, (_, n) => ({ nonce: `n${n}`, content: 'x'.repeat(10_000) }))
  const intake = intakeOf(wanted)
  await outbox.put(intake)
  const entries = await outbox.lease('event:purchase', 100)
  await Promise.all(entries.map(({ ref }) => settled(outbox, ref, { type: 'bury', code: 'NO', message: '' })))
  await outbox.close()
  const { size } = await stat(dataFile())
  expect([entries.length, size / intake.record.length]).toEqual([100, expect.toSatisfy((times) => times < 3)])
})

test('a file of another format is set aside, not misread', async () => {
  const outbox = await folder.open()
  await putBatches(outbox, 1, 100)
  await outbox.close()
  await writeFormat(9)
  const error = vi.fn()
  const again = await folder.open({ log: { debug() {}, info() {}, warn() {}, error } })
  expect(again.ledger().received).toBe(0)
  expect(await again.put(intakeOf(['x']))).toEqual(['accepted'])
  expect(error).toHaveBeenCalledOnce()
})

test('a file of the format before is read on, and is of the present one from then on', async () => {
  const outbox = await folder.open()
  await putBatches(outbox, 1, 100)
  await outbox.close()
  await writeFormat(3)
  const again = await folder.open()
  expect(again.ledger().received).toBe(2)
  await again.put(intakeOf(['x']))
  await again.close()
  expect((await readFile(dataFile())).includes(formatMark(PRESENT))).toBe(true)
})

const PRESENT = 4
const writeFormat = async (format: number): Promise<void> => {
  const bytes = await readFile(dataFile())
  for (let at = bytes.indexOf(formatMark(PRESENT)); at >= 0; at = bytes.indexOf(formatMark(PRESENT), at + 1))
    formatMark(format).copy(bytes, at)
  await writeFile(dataFile(), bytes)
}

/** How the books begin: their key, then the number of their format. */
const formatMark = (format: number): Buffer => {
  const mark = Buffer.alloc(13)
  mark.write('books')
  mark.writeDoubleBE(format, 5)
  return mark
}
