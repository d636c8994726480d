import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isBalanced } from '../../../packages/relay/src/outbox/ledger.ts'
import type { LeasedEntry, Outbox } from '../../../packages/relay/src/outbox/outbox.ts'
import { settled } from '../../../packages/relay/src/outbox/settled.ts'
import { createTurnedClock, type TurnedClock } from '../../support/turned-clock.ts'
import { eraseAll, intakeOf, lettersOf, pickerOf, type Wanted } from './intakes.ts'

export type Opened = { outbox: Outbox; dispose: () => Promise<void> }
export type OpenOutbox = (clock: TurnedClock, maxBacklog?: number) => Promise<Opened>

const LANE = 'event:purchase'
const itemsIn = (record?: Uint8Array): Wanted[] => JSON.parse(Buffer.from(record ?? []).toString())
const nonces = (entries: readonly { nonce: string }[]) => entries.map(({ nonce }) => nonce)

/** What every outbox must do, whatever it is made of. */
export const outboxCases = (name: string, open: OpenOutbox): void => {
  describe(`outbox cases: ${name}`, () => {
    let clock: TurnedClock
    let outbox: Outbox
    let dispose: () => Promise<void>
    const reopenWith = async (maxBacklog?: number) => {
      await dispose()
      const opened = await open(clock, maxBacklog)
      outbox = opened.outbox
      dispose = opened.dispose
    }
    const put = (...wanted: (Wanted | string)[]) => outbox.put(intakeOf(wanted, clock.now()))
    const leaseOne = async (lane = LANE): Promise<LeasedEntry> => {
      const [entry] = await outbox.lease(lane, 1)
      if (!entry) throw new Error(`nothing is due in ${lane}`)
      return entry
    }
    beforeEach(async () => {
      clock = createTurnedClock()
      dispose = async () => {}
      await reopenWith()
    })
    afterEach(async () => {
      expect(isBalanced(outbox.ledger())).toBe(true)
      await dispose()
    })

    test('a new entry is accepted, held and leased with its record', async () => {
      expect(await put('a', 'b')).toEqual(['accepted', 'accepted'])
      expect(outbox.lanes()).toEqual([LANE])
      const entries = await outbox.lease(LANE, 10)
      expect(nonces(entries)).toEqual(['a', 'b'])
      const [, second] = entries
      expect(second).toMatchObject({ kind: 'event', lane: LANE, attempts: 0, triedMs: 0 })
      expect(second?.attempting).toBe(false)
      expect(itemsIn(second?.record)[second?.index ?? -1]).toEqual({ nonce: 'b' })
      expect(outbox.ledger()).toMatchObject({ received: 2, held: 2 })
    })

    test('the backlog tells how much each lane holds, and since when', async () => {
      expect([outbox.heldIn(LANE), outbox.oldestAt()]).toEqual([0, undefined])
      const first = clock.now()
      await put('a', { nonce: 'b', eventType: 'lead' })
      clock.turn(1_000)
      await put('c')
      expect([outbox.heldIn(LANE), outbox.heldIn('event:lead'), outbox.oldestAt()]).toEqual([2, 1, first])
      await settled(outbox, (await leaseOne()).ref, { type: 'ack' })
      await settled(outbox, (await leaseOne('event:lead')).ref, { type: 'ack' })
      expect([outbox.heldIn(LANE), outbox.oldestAt()]).toEqual([1, first + 1_000])
    })

    test('a repeat is a duplicate, in the same batch, while held and once delivered', async () => {
      expect(await put('a', 'a')).toEqual(['accepted', 'duplicate'])
      expect(await put('a')).toEqual(['duplicate'])
      await settled(outbox, (await leaseOne()).ref, { type: 'ack' })
      expect(await put('a')).toEqual(['duplicate'])
      expect(outbox.ledger()).toMatchObject({ received: 1, delivered: 1, duplicates: 3 })
    })

    test('repeats that come at the same time are accepted once', async () => {
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => put('a', 'b')))
      expect(outcomes.flat().filter((outcome) => outcome === 'accepted')).toHaveLength(2)
      expect(outbox.ledger()).toMatchObject({ received: 2, held: 2, duplicates: 14 })
    })

    test('the same nonce with other content is a conflict, and stores nothing', async () => {
      await put('a')
      expect(await put({ nonce: 'a', content: 'other' })).toEqual(['conflict'])
      expect(outbox.ledger()).toMatchObject({ received: 1, duplicates: 0 })
    })

    test('an event and an interaction may bear the same nonce', async () => {
      expect(await put('a', { nonce: 'a', kind: 'interaction' })).toEqual(['accepted', 'accepted'])
      expect([...outbox.lanes()].sort()).toEqual([LANE, 'interaction:'])
      await settled(outbox, (await leaseOne('interaction:')).ref, { type: 'ack' })
      expect((await outbox.fate('a', 'interaction'))?.state).toBe('delivered')
      expect((await outbox.fate('a'))?.state).toBe('held')
    })

    test('a UUID in capitals is another nonce than the same in small letters', async () => {
      const nonce = '0193a1b2-c3d4-7ef0-8abc-def012345678'
      expect(await put(nonce, nonce.toUpperCase(), nonce.replaceAll('-', ''))).toEqual(
        Array(3).fill('accepted'),
      )
      expect(nonces(await outbox.lease(LANE, 5))).toContain(nonce.toUpperCase())
    })

    test('a leased entry is not leased again until it is released', async () => {
      await put('a', 'b', 'c')
      const first = await outbox.lease(LANE, 2)
      expect(nonces(await outbox.lease(LANE, 9))).toEqual(['c'])
      outbox.release(first.map(({ ref }) => ref))
      expect(nonces(await outbox.lease(LANE, 9))).toEqual(['a', 'b'])
    })

    test('leases follow the order of arrival within a lane', async () => {
      await put('a', { nonce: 'x', eventType: 'view' }, 'b')
      await put('c')
      expect(nonces(await outbox.lease(LANE, 2))).toEqual(['a', 'b'])
      expect(nonces(await outbox.lease(LANE, 2))).toEqual(['c'])
      expect(nonces(await outbox.lease('event:view', 2))).toEqual(['x'])
      expect(await outbox.lease('event:unheard', 2)).toEqual([])
    })

    test('an acknowledged entry is gone from its lane and remembered with the upstream id', async () => {
      await put('a')
      await settled(outbox, (await leaseOne()).ref, { type: 'ack', upstreamId: 'up-1' })
      expect(outbox.lanes()).toEqual([])
      expect(await outbox.fate('a')).toEqual({
        state: 'delivered',
        upstreamId: 'up-1',
        deliveredAt: clock.now(),
      })
      expect(outbox.ledger()).toMatchObject({ held: 0, delivered: 1 })
    })

    test('an entry to be retried is due at its time and not before', async () => {
      await put('a', 'b')
      const entry = await leaseOne()
      const dueAt = clock.now() + 5_000
      await settled(outbox, entry.ref, { type: 'retry', dueAt, triedMs: 700, counted: true })
      expect(outbox.nextDueAt(LANE)).toBe(dueAt)
      expect(nonces(await outbox.lease(LANE, 9))).toEqual(['b'])
      clock.turn(4_999)
      expect(await outbox.lease(LANE, 9)).toEqual([])
      clock.turn(1)
      expect(await outbox.lease(LANE, 9)).toMatchObject([{ nonce: 'a', attempts: 1, triedMs: 700 }])
      expect(outbox.nextDueAt(LANE)).toBeUndefined()
    })

    test('a retry that does not count leaves the attempts as they were', async () => {
      await put('a')
      await settled(outbox, (await leaseOne()).ref, { type: 'retry', dueAt: 0, triedMs: 0, counted: false })
      expect((await leaseOne()).attempts).toBe(0)
      expect(await outbox.fate('a')).toEqual({ state: 'held', lane: LANE, attempts: 0 })
    })

    test('a mark keeps the lease, shows after a release, and a retry takes it off', async () => {
      await put('a')
      const entry = await leaseOne()
      await settled(outbox, entry.ref, { type: 'mark' })
      expect(await outbox.lease(LANE, 1)).toEqual([])
      outbox.release([entry.ref])
      expect((await leaseOne()).attempting).toBe(true)
      await settled(outbox, entry.ref, { type: 'retry', dueAt: 0, triedMs: 0, counted: true })
      expect((await leaseOne()).attempting).toBe(false)
    })

    test('work is told of when entries are put, come due and are redriven', async () => {
      const heard: string[] = []
      const silence = outbox.onWork((lane) => heard.push(lane))
      await put('a', 'b')
      expect(heard).toEqual([LANE])
      const [first, second] = await outbox.lease(LANE, 2)
      if (!first || !second) throw new Error('two entries were put')
      const later = { type: 'retry', dueAt: clock.now() + 9, triedMs: 0, counted: true } as const
      await settled(outbox, first.ref, later)
      expect(heard).toEqual([LANE])
      clock.turn(9)
      expect(heard).toEqual([LANE, LANE])
      await settled(outbox, second.ref, { type: 'bury', code: 'NO', message: 'no' })
      expect(await outbox.redrive('b')).toBe(true)
      expect(heard).toEqual([LANE, LANE, LANE])
      silence()
      await put('c')
      expect(heard).toHaveLength(3)
    })

    test('a buried entry is a dead letter with all that a person needs', async () => {
      await put('z', 'a')
      clock.turn(50)
      const [, second] = await outbox.lease(LANE, 2)
      if (!second) throw new Error('two entries were put')
      await settled(outbox, second.ref, { type: 'bury', code: 'INVALID', message: 'é is no e-mail' })
      const letter = await outbox.deadLetter('a')
      expect(letter).toMatchObject({
        nonce: 'a',
        kind: 'event',
        lane: LANE,
        code: 'INVALID',
        message: 'é is no e-mail',
        attempts: 1,
        buriedAt: clock.now(),
        receivedAt: clock.now() - 50,
        index: 0,
      })
      expect(itemsIn(letter?.record)).toEqual([{ nonce: 'a' }])
      expect(await outbox.fate('a')).toEqual({
        state: 'buried',
        code: 'INVALID',
        message: 'é is no e-mail',
        buriedAt: clock.now(),
      })
      expect(await put('a')).toEqual(['duplicate'])
      expect(outbox.ledger()).toMatchObject({ held: 1, buried: 1 })
    })

    test('a redriven entry is held anew, without attempts or mark, with its own item', async () => {
      await put('z', 'a')
      const [, second] = await outbox.lease(LANE, 2)
      if (!second) throw new Error('two entries were put')
      await settled(outbox, second.ref, { type: 'mark' })
      await settled(outbox, second.ref, { type: 'bury', code: 'IN_DOUBT', message: 'cut' })
      expect(await outbox.redrive('a')).toBe(true)
      expect(await outbox.redrive('a')).toBe(false)
      expect(await outbox.deadLetter('a')).toBeUndefined()
      expect(await outbox.fate('a')).toEqual({ state: 'held', lane: LANE, attempts: 0 })
      const again = await leaseOne()
      expect(again).toMatchObject({ nonce: 'a', index: 0, attempts: 0, triedMs: 0, attempting: false })
      expect(itemsIn(again.record)).toEqual([{ nonce: 'a' }])
      await settled(outbox, again.ref, { type: 'ack' })
      expect((await outbox.fate('a'))?.state).toBe('delivered')
      expect(outbox.ledger()).toMatchObject({ received: 2, held: 1, buried: 0, delivered: 1 })
    })

    test('the dead letters of one batch cost its bytes once, not once each', async () => {
      const wanted = Array.from({ length: 40 }, (_, n) => ({ nonce: `n${n}`, content: 'x'.repeat(5_000) }))
      const { record } = intakeOf(wanted)
      await put(...wanted)
      for (const { ref } of await outbox.lease(LANE, 40))
        await settled(outbox, ref, { type: 'bury', code: 'NO', message: '' })
      const letters = await lettersOf(outbox)
      const bytes = letters.reduce((sum, letter) => sum + letter.record.length, 0)
      expect([letters.length, bytes < record.length * 1.1]).toEqual([40, true])
      expect(letters.map((letter) => itemsIn(letter.record)[letter.index]?.nonce)).toEqual(nonces(letters))
    })

    test('a record that cannot be read is kept whole', async () => {
      await outbox.put({ ...intakeOf(['z', 'a']), record: Buffer.from('no JSON') })
      const [, second] = await outbox.lease(LANE, 2)
      if (!second) throw new Error('two entries were put')
      await settled(outbox, second.ref, { type: 'bury', code: 'UNREADABLE', message: '' })
      const letter = await outbox.deadLetter('a')
      expect([Buffer.from(letter?.record ?? []).toString(), letter?.index]).toEqual(['no JSON', 1])
    })

    test('a dropped dead letter is gone, counted, and its nonce remembered', async () => {
      await put('a')
      await settled(outbox, (await leaseOne()).ref, { type: 'bury', code: 'NO', message: '' })
      expect(await outbox.drop('a')).toBe(true)
      expect(await outbox.drop('a')).toBe(false)
      expect(await outbox.fate('a')).toEqual({ state: 'settled' })
      expect(await put('a')).toEqual(['duplicate'])
      expect(outbox.ledger()).toMatchObject({ held: 0, buried: 0, dropped: 1 })
    })

    test('dead letters are listed by nonce, by code, in pages that part no nonce', async () => {
      await put('c', 'a', 'b', { nonce: 'a', kind: 'interaction' })
      for (const lane of [LANE, 'interaction:'])
        for (const { ref, nonce } of await outbox.lease(lane, 9))
          await settled(outbox, ref, { type: 'bury', code: nonce === 'b' ? 'B' : 'OTHER', message: '' })
      expect(nonces(await lettersOf(outbox))).toEqual(['a', 'a', 'b', 'c'])
      expect(nonces(await lettersOf(outbox, { code: 'OTHER' }))).toEqual(['a', 'a', 'c'])
      expect(nonces(await lettersOf(outbox, { limit: 1 }))).toEqual(['a', 'a'])
      expect(nonces(await lettersOf(outbox, { limit: 1, after: 'a' }))).toEqual(['b'])
      expect(nonces(await lettersOf(outbox, { limit: 5, after: 'b' }))).toEqual(['c'])
    })

    test('an unknown nonce has no fate, no letter, and cannot be redriven or dropped', async () => {
      expect(await outbox.fate('nobody')).toBeUndefined()
      expect(await outbox.deadLetter('nobody')).toBeUndefined()
      expect(await outbox.redrive('nobody')).toBe(false)
      expect(await outbox.drop('nobody')).toBe(false)
    })

    test('settling what is not leased is refused and changes nothing', async () => {
      await put('a')
      const { ref } = await leaseOne()
      outbox.release([ref])
      await expect(settled(outbox, ref, { type: 'ack' })).rejects.toThrow(TypeError)
      await leaseOne()
      await settled(outbox, ref, { type: 'ack' })
      await expect(settled(outbox, ref, { type: 'ack' })).rejects.toThrow(TypeError)
      expect(outbox.ledger()).toMatchObject({ received: 1, delivered: 1 })
    })

    test('at the backlog limit new entries are refused, repeats are answered, and a settlement makes room', async () => {
      await reopenWith(2)
      await put('a', 'b')
      await expect(put('c')).rejects.toMatchObject({ name: 'OutboxFull', reason: 'backlog' })
      expect(await put('a')).toEqual(['duplicate'])
      await settled(outbox, (await leaseOne()).ref, { type: 'ack' })
      expect(await put('c')).toEqual(['accepted'])
    })

    test('an erasure drops what is held, what waits and what is buried, and leaves all else where it was', async () => {
      await put('buried', 'waits', 'mona', 'other', { nonce: 'mona', kind: 'interaction' })
      const [buried, waits] = await outbox.lease(LANE, 2)
      if (!buried || !waits) throw new Error('four were put')
      await settled(outbox, buried.ref, { type: 'bury', code: 'NO', message: '' })
      await settled(outbox, waits.ref, { type: 'retry', dueAt: clock.now() + 50, triedMs: 0, counted: true })
      const picker = pickerOf('buried', 'waits', 'mona')
      const dry = await eraseAll(outbox, picker, { dryRun: true })
      expect(dry).toMatchObject({ held: 3, deadLetters: 1, underWay: 0 })
      expect(outbox.ledger()).toMatchObject({ held: 4, buried: 1, dropped: 0 })
      expect(await eraseAll(outbox, picker)).toMatchObject({ held: 3, deadLetters: 1, underWay: 0 })
      expect(outbox.ledger()).toMatchObject({ received: 5, held: 1, buried: 0, dropped: 4 })
      clock.turn(100)
      const left = await outbox.lease(LANE, 9)
      expect(nonces(left)).toEqual(['other'])
      expect(itemsIn(left[0]?.record)[left[0]?.index ?? -1]).toMatchObject({ nonce: 'other' })
      expect(await outbox.fate('mona')).toEqual({ state: 'settled' })
      expect(await put('mona')).toEqual(['duplicate'])
      expect(await eraseAll(outbox, picker)).toMatchObject({ held: 0, deadLetters: 0, kept: 0 })
    })

    test('an erasure leaves what is leased to its holder, and says so; making way is asked for first', async () => {
      await put('mona', 'lisa', 'other')
      const [first, second] = await outbox.lease(LANE, 2)
      if (!first || !second) throw new Error('three were put')
      const makeWay = () => outbox.release([second.ref])
      const step = await eraseAll(outbox, pickerOf('mona', 'lisa'), { makeWay })
      expect(step).toMatchObject({ held: 1, underWay: 1 })
      await settled(outbox, first.ref, { type: 'retry', dueAt: 0, triedMs: 0, counted: true })
      expect(nonces(await outbox.lease(LANE, 9))).toEqual(['mona', 'other'])
      expect(outbox.ledger()).toMatchObject({ held: 2, dropped: 1 })
    })

    test('an erasure counts what nobody can read, and leaves it', async () => {
      await outbox.put({ ...intakeOf(['a']), record: Buffer.from('no JSON') })
      expect(await eraseAll(outbox, pickerOf('a'))).toMatchObject({ held: 0, unreadable: 1 })
      expect(outbox.ledger()).toMatchObject({ held: 1 })
    })

    test('after close nothing is taken', async () => {
      await outbox.close()
      await expect(put('a')).rejects.toMatchObject({ name: 'OutboxFailed' })
    })
  })
}
