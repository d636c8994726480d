import { expect, test } from 'vitest'
import { settled } from '../../../packages/relay/src/outbox/settled.ts'
import { createMask } from '../../../packages/relay/src/seal/mask.ts'
import { sealOutbox } from '../../../packages/relay/src/seal/sealed-outbox.ts'
import { createMemoryOutbox } from '../../support/memory-outbox.ts'
import { createTurnedClock } from '../../support/turned-clock.ts'
import { intakeOf, lettersOf } from '../outbox/intakes.ts'
import { outboxCases } from '../outbox/outbox-cases.ts'
import { makeKeys, opening, sealedSingleOf } from './seal-ground.ts'

const { openRing, openSeal } = makeKeys()
const seal = openSeal()
const mask = createMask(openRing().mask)

outboxCases('memory, sealed', async (clock, maxBacklog) => {
  const bare = createMemoryOutbox({
    clock,
    single: sealedSingleOf(seal),
    ...(maxBacklog !== undefined && { maxBacklog }),
  })
  return { outbox: opening(sealOutbox(bare, seal, mask), seal), dispose: bare.close }
})

const bare = () => createMemoryOutbox({ clock: createTurnedClock() })
const LANE = 'event:purchase'

test('records, messages and fingerprints lie there in another form', async () => {
  const inner = bare()
  const outbox = sealOutbox(inner, seal, mask)
  const intake = intakeOf(['mona'])
  await outbox.put(intake)
  const [entry] = await inner.lease(LANE, 1)
  expect(Buffer.from(entry?.record ?? []).includes('mona')).toBe(false)
  if (entry) await settled(outbox, entry.ref, { type: 'bury', code: 'NO', message: 'no mona' })
  expect((await lettersOf(inner))[0]?.message).not.toContain('mona')
  expect((await lettersOf(outbox))[0]?.message).toBe('no mona')
  expect(await outbox.fate('mona')).toMatchObject({ state: 'buried', message: 'no mona' })
})

test('what came before it was encrypted is a repeat still, and a conflict still', async () => {
  const inner = bare()
  const intake = intakeOf(['a', 'b'])
  await inner.put(intake)
  const outbox = sealOutbox(inner, seal, mask)
  const [first] = intake.entries
  if (!first) throw new Error('two were made')
  const other = { ...first, fingerprint: 9 }
  expect(await outbox.put({ ...intake, entries: [other] })).toEqual(['conflict'])
  expect(await outbox.put(intakeOf(['c', 'a', 'b']))).toEqual(['accepted', 'duplicate', 'duplicate'])
})

test('a mask differs by nonce and by kind, and is the same each time', () => {
  const entry = { index: 0, lane: LANE, fingerprint: 0 }
  const hex = (kind: 'event' | 'interaction', nonce: string) =>
    mask([{ ...entry, kind, nonce }])[0]?.fingerprint.toString(16)
  const all = [
    hex('event', 'a'),
    hex('event', 'b'),
    hex('interaction', 'a'),
    hex('event', '0193a1b2-c3d4-7ef0-8abc-def012345678'),
    hex('event', '0193a1b2-c3d4-7ef0-8abc-def012345679'),
  ]
  expect(new Set(all).size).toBe(5)
  expect(hex('event', 'a')).toBe(all[0])
})
