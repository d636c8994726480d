import { join } from 'node:path'
import type { TrashedEvent } from '@wmkt/api'
import { ApiError } from '@wmkt/api/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Fate } from '../../../packages/relay/src/outbox/outbox.ts'
import {
  createSettlement,
  OVERLAP_MS,
  POLL_MS,
  SETTLED_AFTER_MS,
} from '../../../packages/relay/src/settlement/settlement.ts'
import { createSettlementFile } from '../../../packages/relay/src/settlement/settlement-file.ts'
import { createTrashLog } from '../../../packages/relay/src/settlement/trash-log.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { eventually } from '../../support/eventually.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { tempFolder } from '../../support/temp-folder.ts'

type Given = {
  folder?: string
  clock?: ReturnType<typeof createManualClock>
  fates?: Record<string, Fate>
  fate?: (nonce: string) => Fate | undefined
  isShared?: boolean
}

/** A settlement before a trash that is a list. */
const start = async ({
  folder = tempFolder('settlement'),
  clock = createManualClock(),
  fates = {},
  fate = (nonce) => fates[nonce],
  isShared = false,
}: Given = {}) => {
  const trash: TrashedEvent[] = []
  const fault: { error?: Error } = {}
  const asked: [since: number, until: number][] = []
  const readTrash = async (since: number, until: number) => {
    asked.push([since, until])
    if (fault.error) throw fault.error
    return trash.filter(({ createdAt }) => {
      const at = Date.parse(createdAt ?? '')
      return at >= since && at <= until
    })
  }
  const error = vi.fn()
  const onTrashed = vi.fn()
  const trashLog = createTrashLog(join(folder, 'trash.jsonl'))
  const settlement = createSettlement({
    ...{ readTrash, trashLog, onTrashed, clock, random: () => 0.5, log: { ...silentLog, error } },
    fate,
    isShared,
    file: createSettlementFile(join(folder, 'settlement.json')),
  })
  onTestFinished(settlement.stop)
  await settlement.start()
  const throwAway = (nonce: string, id?: string, at = clock.now()) =>
    trash.push({
      ...(id && { _id: id }),
      ...{ nonce, eventType: 'lead', createdAt: new Date(at).toISOString() },
      errors: [{ field: 'email', message: 'is mandatory' }],
    })
  return { settlement, clock, trash, throwAway, trashLog, error, onTrashed, asked, fault, folder, fates }
}

test('each delivered event becomes kept or trashed, with its reasons, and the alarm is raised once a look', async () => {
  const { settlement, clock, throwAway, trashLog, error, onTrashed } = await start()
  for (const n of [1, 2, 3, 4]) settlement.delivered(`n${n}`, `u${n}`)
  throwAway('n2', 'u2')
  throwAway('n3', 'u3')
  await settlement.look()
  expect(settlement.status()).toMatchObject({ kept: 0, trashed: 2, unknown: 0, pending: 2 })
  expect(error).toHaveBeenCalledTimes(1)
  expect(error.mock.calls[0]?.[0]).toEqual({ count: 2, eventTypes: ['lead'] })
  expect(onTrashed).toHaveBeenCalledWith('lead')
  expect(await trashLog.read()).toMatchObject([
    { id: 'u2', nonce: 'n2', state: 'trashed', reasons: [{ field: 'email', message: 'is mandatory' }] },
    { id: 'u3', nonce: 'n3' },
  ])
  clock.advance(SETTLED_AFTER_MS + 2 * POLL_MS)
  // The one that the clock began, and one of this moment.
  await settlement.look()
  await settlement.look()
  expect(settlement.status()).toMatchObject({ kept: 2, trashed: 2, pending: 0 })
})

test('readings overlap, and what is met again is counted once', async () => {
  const { settlement, clock, throwAway, asked, trashLog } = await start()
  settlement.delivered('n1', 'u1')
  throwAway('n1', 'u1')
  await settlement.look()
  clock.advance(POLL_MS)
  await eventually(() => expect(asked).toHaveLength(2))
  await settlement.look()
  const [first, second] = asked
  expect((first?.[1] ?? 0) - (second?.[0] ?? 0)).toBe(OVERLAP_MS)
  expect(settlement.status()).toMatchObject({ trashed: 1, unknown: 0 })
  expect(await trashLog.read()).toHaveLength(1)
})

test('an event that is trashed late, under a clock that is behind, is found all the same', async () => {
  const { settlement, clock, throwAway } = await start()
  settlement.delivered('n1', 'u1')
  clock.advance(SETTLED_AFTER_MS + 2 * POLL_MS)
  // The one that the clock began, and one of this moment.
  await settlement.look()
  await settlement.look()
  expect(settlement.status()).toMatchObject({ kept: 1, trashed: 0 })
  throwAway('n1', 'u1', clock.now() - OVERLAP_MS + 1_000)
  await settlement.look()
  expect(settlement.status()).toMatchObject({ kept: 0, trashed: 1 })
})

test('what nobody here has sent is unknown, and an alarm; what was trashed before the first start is not', async () => {
  const { settlement, clock, throwAway, error } = await start()
  throwAway('old', 'u0', clock.now() - 60_000)
  throwAway('stranger', 'u9')
  await settlement.look()
  expect(settlement.status()).toMatchObject({ trashed: 0, unknown: 1 })
  expect(error).toHaveBeenCalledTimes(1)
})

test('after a restart the counts go on, and what was seen is not counted again; the nonce joins', async () => {
  const before = await start()
  before.settlement.delivered('n1', 'u1')
  before.throwAway('n1', 'u1')
  await before.settlement.look()
  before.settlement.delivered('n2', 'u2')
  await before.settlement.stop()
  const { folder, clock } = before
  const fates: Record<string, Fate> = {
    n2: { state: 'delivered', deliveredAt: clock.now(), upstreamId: 'u2' },
  }
  const after = await start({ folder, clock, fates })
  after.trash.push(...before.trash)
  after.throwAway('n2', 'u2')
  await after.settlement.look()
  expect(after.settlement.status()).toMatchObject({ kept: 0, trashed: 2, unknown: 0, pending: 0 })
  expect(await after.trashLog.read()).toHaveLength(2)
})

test('a trash that cannot be read is asked again with growing pauses, and read from where it was left', async () => {
  const { settlement, clock, throwAway, asked, fault } = await start()
  settlement.delivered('n1', 'u1')
  throwAway('n1', 'u1')
  fault.error = new Error('out of reach')
  await settlement.look()
  expect(settlement.status()).toMatchObject({ problem: 'Error', pending: 1 })
  const next = clock.nextAt() ?? 0
  expect(next - clock.now()).toBeLessThan(POLL_MS)
  delete fault.error
  clock.advance(3_600_000)
  await eventually(() => expect(settlement.status().problem).toBeUndefined())
  expect(asked.at(-1)?.[0]).toBe(asked[0]?.[0])
  expect(settlement.status()).toMatchObject({ trashed: 1 })
})

test('an upstream without such a path is left alone for an hour', async () => {
  const { settlement, clock, fault } = await start()
  const details = {
    endpoint: 'listTrashedEvents',
    kind: 'not-found',
    status: 404,
    messages: [],
    body: '',
  } as const
  fault.error = new ApiError(details)
  await settlement.look()
  expect(settlement.status().problem).toBe('not-found')
  expect((clock.nextAt() ?? 0) - clock.now()).toBe(3_600_000)
})

test('an event that is in the trash before its acknowledgement is on disk is counted once that is there', async () => {
  const { settlement, clock, throwAway, fates } = await start({
    fates: { n1: { state: 'held', lane: 'event:lead', attempts: 0 } },
  })
  throwAway('n1', 'u1')
  await settlement.look()
  expect(settlement.status()).toMatchObject({ trashed: 0, unknown: 0 })
  settlement.delivered('n1', 'u1')
  fates.n1 = { state: 'delivered', deliveredAt: clock.now(), upstreamId: 'u1' }
  await settlement.look()
  await settlement.look()
  expect(settlement.status()).toMatchObject({ trashed: 1, unknown: 0, pending: 0 })
})

test('also when that takes longer than readings overlap, and over a restart', async () => {
  const fates: Record<string, Fate> = { n1: { state: 'held', lane: 'event:lead', attempts: 0 } }
  const before = await start({ fates })
  before.throwAway('n1', 'u1')
  await before.settlement.look()
  before.clock.advance(3 * OVERLAP_MS)
  await before.settlement.look()
  await before.settlement.stop()
  const after = await start({ folder: before.folder, clock: before.clock, fates })
  after.settlement.delivered('n1', 'u1')
  fates.n1 = { state: 'delivered', deliveredAt: after.clock.now(), upstreamId: 'u1' }
  await after.settlement.look()
  await after.settlement.look()
  expect(after.settlement.status()).toMatchObject({ trashed: 1, unknown: 0, pending: 0, kept: 0 })
  expect(await after.trashLog.read()).toMatchObject([
    { id: 'u1', nonce: 'n1', reasons: [{ field: 'email' }] },
  ])
})

test('one that was never acknowledged is asked about no longer than it could be', async () => {
  const asked = vi.fn((): Fate => ({ state: 'buried', code: 'X', message: '', buriedAt: 0 }))
  const { settlement, clock, throwAway } = await start({ fate: asked })
  throwAway('n1', 'u1')
  await settlement.look()
  clock.advance(9 * 86_400_000)
  // The one that the clock began, and one of this moment.
  await settlement.look()
  await settlement.look()
  const times = asked.mock.calls.length
  await settlement.look()
  expect(asked).toHaveBeenCalledTimes(times)
})

test('an event that two pages show is counted once', async () => {
  const { settlement, throwAway, trashLog } = await start()
  settlement.delivered('n1', 'u1')
  throwAway('n1', 'u1')
  throwAway('n1', 'u1')
  await settlement.look()
  expect(settlement.status()).toMatchObject({ trashed: 1, pending: 0 })
  expect(await trashLog.read()).toHaveLength(1)
})

test('of several relays on one outbox each finds all that is in the trash, and takes from its own deliveries only its own', async () => {
  const fates: Record<string, Fate> = {
    theirs: { state: 'delivered', deliveredAt: Date.UTC(2026, 0, 1), upstreamId: 'u9' },
  }
  const { settlement, throwAway } = await start({ fates, isShared: true })
  for (const n of [1, 2]) settlement.delivered(`n${n}`, `u${n}`)
  throwAway('n1', 'u1')
  throwAway('theirs', 'u9')
  await settlement.look()
  expect(settlement.status()).toMatchObject({ kept: 0, trashed: 2, unknown: 0, pending: 1 })
})
