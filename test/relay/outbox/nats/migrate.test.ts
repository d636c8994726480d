import { describe, expect, onTestFinished, test } from 'vitest'
import { packPuts } from '../../../../packages/relay/src/outbox/lmdb/pack-puts.ts'
import { migrateOutbox } from '../../../../packages/relay/src/outbox/migrate.ts'
import { type NatsImport, openNatsImport } from '../../../../packages/relay/src/outbox/nats/import.ts'
import { parseNatsUrl } from '../../../../packages/relay/src/outbox/nats/url.ts'
import type { Outbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../../packages/relay/src/outbox/settled.ts'
import type { Single } from '../../../../packages/relay/src/outbox/single.ts'
import { decodeRecord, itemRecordsOf } from '../../../../packages/relay/src/record.ts'
import { silentLog } from '../../../../packages/relay/src/telemetry/log.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { runCli } from '../../../support/terminal.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { batchOf, intakeOf, lettersOf, singleOf } from '../intakes.ts'
import { makeLmdbFolder } from '../lmdb/lmdb-folder.ts'
import { freshProject, openOn, useNatsServer } from './nats-ground.ts'

const server = useNatsServer()
const LANE = 'event:purchase'
const UUID = '0193a1b2-c3d4-7ef0-8abc-def012345678'
const PLAIN = ['held', UUID, 'tried', 'delivered', 'buried', 'dropped']
const clock = createTurnedClock()

/** An outbox in a folder with one entry in each state there is. */
const makeSource = async () => {
  const folder = await makeLmdbFolder()
  onTestFinished(folder.dispose)
  const outbox = await folder.open({ clock, single: singleOf })
  await outbox.put(intakeOf(PLAIN, clock.now()))
  await outbox.put(
    intakeOf(
      ['held', { nonce: 'marked', kind: 'interaction' }, { nonce: 'x', eventType: 'a b' }],
      clock.now() + 5,
    ),
  )
  const [, , tried, delivered, buried, dropped] = await outbox.lease(LANE, 9)
  const [marked] = await outbox.lease('interaction:', 1)
  if (!tried || !delivered || !buried || !dropped || !marked) throw new Error('eight were put')
  await settled(outbox, tried.ref, { type: 'retry', dueAt: 0, triedMs: 70, counted: true })
  await settled(outbox, delivered.ref, { type: 'ack', upstreamId: 'up' })
  await settled(outbox, buried.ref, { type: 'bury', code: 'NO', message: 'é' })
  await settled(outbox, dropped.ref, { type: 'bury', code: 'NO', message: '' })
  await outbox.drop('dropped')
  await settled(outbox, marked.ref, { type: 'mark' })
  await outbox.close()
  return { folder, reopen: () => folder.open({ clock, single: singleOf }) }
}

const openImport = (projectId: string, single: Single = singleOf): Promise<NatsImport> =>
  openNatsImport({
    settings: parseNatsUrl(`nats://${server().host}`),
    projectId,
    keepDeadLettersMs: 90 * 24 * 3_600_000,
    single,
    clock,
    log: silentLog,
  })

/** All that there was, at its new place. */
const expectEverything = async (outbox: Outbox) => {
  expect(outbox.ledger()).toEqual({
    received: 8,
    held: 5,
    buried: 1,
    delivered: 1,
    dropped: 1,
    duplicates: 1,
  })
  expect([...outbox.lanes()].sort()).toEqual(['event:a b', LANE, 'interaction:'])
  const again = [
    ...PLAIN,
    { nonce: 'marked', kind: 'interaction' as const },
    { nonce: 'x', eventType: 'a b' },
  ]
  expect(await outbox.put(intakeOf(again))).toEqual(Array(8).fill('duplicate'))
  expect(await outbox.put(intakeOf([{ nonce: 'delivered', content: 'other' }]))).toEqual(['conflict'])
  expect(await outbox.lease(LANE, 9)).toMatchObject([
    { nonce: 'held', attempts: 0, attempting: false },
    { nonce: UUID, attempts: 0 },
    { nonce: 'tried', attempts: 1, triedMs: 70 },
  ])
  expect(await outbox.lease('interaction:', 9)).toMatchObject([{ nonce: 'marked', attempting: true }])
  expect(await outbox.lease('event:a b', 9)).toMatchObject([{ nonce: 'x' }])
  expect(await lettersOf(outbox)).toMatchObject([
    { nonce: 'buried', code: 'NO', message: 'é', attempts: 1, lane: LANE },
  ])
  expect([(await outbox.fate('buried'))?.state, (await outbox.fate('dropped'))?.state]).toEqual([
    'buried',
    'settled',
  ])
}

describe('an outbox carried over to NATS', () => {
  test('is there with all it held, its letters, its nonces and its counts, and nothing is left behind', async () => {
    const { reopen } = await makeSource()
    const projectId = freshProject()
    const [from, to] = [await reopen(), await openImport(projectId)]
    let steps = 0
    const moved = await migrateOutbox(from, to, () => {
      steps += 1
    })
    expect(moved).toEqual({ nonces: 8, items: 5, letters: 1 })
    expect([steps, from.nonceCount(), from.ledger().held, from.ledger().buried]).toEqual([14, 8, 0, 0])
    await to.close()
    const outbox = await openOn(server(), { clock, projectId, single: singleOf })
    onTestFinished(outbox.close)
    await expectEverything(outbox)
    expect(await outbox.redrive('buried')).toBe(true)
    expect(outbox.ledger()).toMatchObject({ received: 8, held: 6, buried: 0 })
  })

  test('that was cut short, wherever, goes on from there', async () => {
    const { reopen } = await makeSource()
    const projectId = freshProject()
    for (let lives = 1; ; lives += 3) {
      const [from, to] = [await reopen(), await openImport(projectId)]
      let steps = 0
      const cut = () => {
        steps += 1
        if (steps === lives) throw new Error('cut short')
      }
      const done = await migrateOutbox(from, to, cut).then(
        () => true,
        () => false,
      )
      await Promise.all([to.close(), from.close()])
      if (done) break
      expect(lives).toBeLessThan(30)
    }
    const outbox = await openOn(server(), { clock, projectId, single: singleOf })
    onTestFinished(outbox.close)
    await expectEverything(outbox)
  })

  test('leaves alone what a relay has done meanwhile', async () => {
    const { reopen } = await makeSource()
    const projectId = freshProject()
    const outbox = await openOn(server(), { clock, projectId, single: singleOf })
    onTestFinished(outbox.close)
    await outbox.put(intakeOf(['held']))
    const [entry] = await outbox.lease(LANE, 1)
    if (entry) await settled(outbox, entry.ref, { type: 'ack', upstreamId: 'new' })
    const [from, to] = [await reopen(), await openImport(projectId)]
    await migrateOutbox(from, to, () => {})
    await to.close()
    expect(await outbox.fate('held')).toMatchObject({ state: 'delivered', upstreamId: 'new' })
    await expect
      .poll(async () => {
        clock.turn(1_000)
        return outbox.heldIn(LANE)
      })
      .toBe(2)
    expect((await outbox.lease(LANE, 9)).map(({ nonce }) => nonce)).toEqual([UUID, 'tried'])
  })
})

test('what lies in packs is carried over item by item', async () => {
  const folder = await makeLmdbFolder()
  onTestFinished(folder.dispose)
  const open = () => folder.open({ clock, single: itemRecordsOf })
  const packed = packPuts(await open())
  await Promise.all([['a', 'b'], ['buried'], ['c']].map((nonces) => packed.put(batchOf(nonces, clock.now()))))
  const leased = await packed.lease('event:lead', 9)
  expect(new Set(leased.map(({ ref }) => ref.seq)).size).toBe(1)
  const bury = { type: 'bury', code: 'NO', message: '' } as const
  for (const { nonce, ref } of leased) if (nonce === 'buried') await settled(packed, ref, bury)
  await packed.close()

  const projectId = freshProject()
  const [from, to] = [await open(), await openImport(projectId, itemRecordsOf)]
  expect(await migrateOutbox(from, to, () => {})).toEqual({ nonces: 4, items: 3, letters: 1 })
  await to.close()
  const outbox = await openOn(server(), { clock, projectId, single: itemRecordsOf })
  onTestFinished(outbox.close)
  const carried = [...(await outbox.lease('event:lead', 9)), ...(await lettersOf(outbox))]
  expect(carried.map(({ nonce }) => nonce).sort()).toEqual(['a', 'b', 'buried', 'c'])
  for (const { nonce, record, index } of carried)
    expect([index, decodeRecord(record)]).toMatchObject([
      0,
      [{ nonce, date: new Date(clock.now()).toISOString() }],
    ])
})

test('wmkt-relay migrate says what it moved, and draws how far it has come', async () => {
  const { folder } = await makeSource()
  const env = {
    WMKT_PROJECT_ID: freshProject(),
    WMKT_ACCESS_TOKEN: 'a.b.c',
    WMKT_DATA_DIR: tempFolder('migrate'),
  }
  const migrate = (...more: string[]) =>
    runCli(['migrate', '--from', `lmdb:${folder.dir}`, '--to', `nats://${server().host}`, ...more], {
      env,
      tty: true,
    })
  const { code, out, sketches } = await migrate()
  expect([code, out]).toEqual([0, 'migrate: 5 held, 1 dead letters, 8 nonces\n'])
  expect(sketches[0]).toMatch(/migrating █*░+ \d+ % · \d+ of 14/)
  expect(sketches.at(-1)).toBe('\r\u001b[K')
  expect(JSON.parse((await migrate('--json')).out)).toEqual({
    done: 'migrate',
    nonces: 8,
    items: 0,
    letters: 0,
  })
})

test.each([
  [['--to', 'lmdb:x'], /--to: expected nats:/],
  [['--from', 'nats://a', '--to', 'nats://b'], /--from: expected lmdb:/],
  [[], /required option '--to/],
])('migrate %j exits 2', async (args, why) => {
  const env = {
    WMKT_PROJECT_ID: 'demo-shop',
    WMKT_ACCESS_TOKEN: 'a.b.c',
    WMKT_DATA_DIR: tempFolder('migrate'),
  }
  const { code, err } = await runCli(['migrate', ...args], { env })
  expect([code, err]).toEqual([2, expect.stringMatching(why)])
})
