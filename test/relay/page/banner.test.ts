import { expect, test } from 'vitest'
import { alarmOf } from '../../../packages/relay/page/src/banner.ts'
import type { Status } from '../../../packages/relay/src/admin/status.ts'
import { createTally } from '../../../packages/relay/src/collect/tally.ts'
import { makeCounters } from '../../../packages/relay/src/forward/counters.ts'
import { EMPTY_LEDGER } from '../../../packages/relay/src/outbox/ledger.ts'

const NOW = 1_764_000_000_000
const lane = { lane: 'event:lead', inFlight: 0, window: 4, held: 0 }
const statusOf = (more: Partial<Status> = {}, forward: Partial<Status['forward']> = {}): Status => ({
  ...{ projectId: 'demo-shop', now: NOW, ready: true, collect: createTally().counts() },
  forward: {
    project: { state: 'running' },
    lanes: [{ ...lane, state: 'running' }],
    ...{ inFlight: 0, settling: 0, probing: false, probes: 0, counters: makeCounters() },
    ...forward,
  },
  ...more,
})

test('nothing is said while all is well', () => {
  expect(alarmOf(statusOf())).toBeUndefined()
})

test('what cannot be stored comes before all else', () => {
  const project = { state: 'parked', code: 'UNAUTHORIZED', since: NOW, nextProbeAt: NOW } as const
  expect(alarmOf(statusOf({ ready: false, problem: 'the disk takes no more' }, { project }))).toEqual({
    look: 'bad',
    text: 'Nothing is accepted: the disk takes no more.',
  })
})

test('a parked project says why, since when, that nothing is lost, and when it is tried next', () => {
  const project = {
    state: 'parked',
    code: 'UNAUTHORIZED',
    since: NOW - 90_000,
    nextProbeAt: NOW + 12_000,
  } as const
  expect(alarmOf(statusOf({}, { project }))?.text).toMatch(
    /^Forwarding is parked since .* \(1 min 30 s\): UNAUTHORIZED\. Nothing is lost; .* in 12 s\.$/,
  )
})

test('a failing credential and parked lanes are warnings', () => {
  const credential = {
    kind: 'service-account',
    state: 'failing',
    problem: 'the key file cannot be read',
  } as const
  expect(alarmOf(statusOf({ credential }))).toEqual({
    look: 'warn',
    text: 'The credential fails: the key file cannot be read.',
  })
  const parked = { ...lane, state: 'parked', code: 'NOT_FOUND', since: NOW, nextProbeAt: NOW } as const
  expect(alarmOf(statusOf({}, { lanes: [parked] }))).toEqual({
    look: 'warn',
    text: 'Parked is the lane lead (NOT_FOUND). The rest goes on.',
  })
  const many = ['event:a', 'event:b\u202e', 'interaction:', 'event:d'].map((name) => ({
    ...parked,
    lane: name,
  }))
  expect(alarmOf(statusOf({}, { lanes: many }))?.text).toBe(
    'Parked are 4 lanes: a (NOT_FOUND), b� (NOT_FOUND), offline interactions (NOT_FOUND) and 1 more. The rest goes on.',
  )
})

test('a backlog near its limit, or with something old in it, is a warning', () => {
  const ledger = { ...EMPTY_LEDGER, held: 81 }
  expect(alarmOf(statusOf({ ledger, backlog: { limit: 100 } }))).toEqual({
    look: 'warn',
    text: 'The backlog is near its limit, at which collect answers 503: 81 of 100.',
  })
  expect(alarmOf(statusOf({ ledger, backlog: { limit: 102, oldestAt: NOW - 899_000 } }))).toBeUndefined()
  expect(alarmOf(statusOf({ ledger, backlog: { limit: 102, oldestAt: NOW - 3_600_000 } }))).toEqual({
    look: 'warn',
    text: 'Deliveries do not keep up: the oldest item has waited for 1 h.',
  })
})

test('delivered events that were trashed within a day are an alarm, strangers in the trash a warning', () => {
  const settlementOf = (trashed: number, unknown: number) => ({
    settlement: { kept: 0, trashed, unknown, pending: 0, recent: { trashed, unknown, reasons: [] } },
  })
  expect(alarmOf(statusOf(settlementOf(2, 1)))).toEqual({
    look: 'bad',
    text: '2 delivered events were trashed by the upstream within a day: wmkt-relay trash ls.',
  })
  expect(alarmOf(statusOf(settlementOf(0, 1)))).toMatchObject({
    look: 'warn',
    text: expect.stringMatching(/^The trash holds 1 event /),
  })
  const project = { state: 'parked', code: 'UNAUTHORIZED', since: NOW, nextProbeAt: NOW } as const
  expect(alarmOf(statusOf(settlementOf(2, 0), { project }))?.text).toMatch(/^Forwarding is parked/)
  expect(alarmOf(statusOf(settlementOf(0, 0)))).toBeUndefined()
})
