import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRig, event, interaction, laneOf } from './rig.ts'
import type { Step } from './scripted-upstream.ts'

const HOUR = 3_600_000

/** Answers after which an event is tried again, and an interaction too. */
const HARMLESS: Step[] = [
  { status: 429 },
  { status: 503 },
  { status: 425 },
  { status: 503, headers: { 'retry-after': '40' } },
  { status: 429, headers: { 'retry-after': '90' }, delayMs: 3 },
]
/** Answers after which an event is tried again, and an interaction is in doubt. */
const UNCLEAR: Step[] = [
  { status: 500 },
  { status: 502, body: '<html>bad gateway</html>' },
  { status: 408 },
  { cut: 'after-reading' },
  { cut: 'after-reading', store: true },
  { cut: 'within-answer' },
]
/** Answers that end an item, with the ending. */
const FINAL: [Step, string][] = [
  [{}, 'delivered'],
  [{ status: 201, body: '{"id":1}', store: true }, 'delivered'],
  [{ status: 400, body: '{"statusCode":400,"message":"no"}' }, 'UPSTREAM_REJECTED'],
  [{ status: 413 }, 'UPSTREAM_REJECTED'],
  [{ status: 422 }, 'UPSTREAM_REJECTED'],
]

type Plan = { kind: 'event' | 'interaction'; steps: Step[]; ending: string }

const planOf = (kind: Plan['kind'], steps: Step[], [final, ending]: [Step, string]): Plan => {
  const doubtAt = kind === 'interaction' ? steps.findIndex((step) => UNCLEAR.includes(step)) : -1
  return doubtAt < 0
    ? { kind, steps: [...steps, final], ending }
    : { kind, steps: steps.slice(0, doubtAt + 1), ending: 'IN_DOUBT' }
}

const plans = fc.array(
  fc
    .tuple(
      fc.constantFrom('event' as const, 'interaction' as const),
      fc.array(fc.constantFrom(...HARMLESS, ...UNCLEAR), { maxLength: 6 }),
      fc.constantFrom(...FINAL),
    )
    .map(([kind, steps, final]) => planOf(kind, steps, final)),
  { minLength: 1, maxLength: 40 },
)

const fateOf = (fate: ReturnType<Awaited<ReturnType<typeof createRig>>['outbox']['fate']>) =>
  fate?.state === 'buried' ? fate.code : fate?.state

test('whatever the upstream answers, each item has the ending prescribed, asked no oftener and no earlier than it may', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (given) => {
      const rig = await createRig()
      const items = given.map(({ kind }, n) =>
        kind === 'event' ? event(`k${n}`, `type-${n % 3}`) : interaction(`k${n}`),
      )
      for (const [n, plan] of given.entries()) rig.upstream.script(`k${n}`, plan.steps)
      rig.forwarder.start()
      await rig.put(...items)
      await rig.run(24 * HOUR)

      for (const [n, plan] of given.entries()) {
        expect(fateOf(rig.outbox.fate(`k${n}`))).toBe(plan.ending)
        const asked = rig.upstream.seen.filter(({ key }) => key === `k${n}`)
        // A stale connection may be repeated at once, in place of a later attempt: never more than was prescribed.
        expect(asked.length).toBe(plan.steps.length)
        const laneHeldUntil = asked.map(({ at }, step) => [at, at + waitOf(plan.steps[step])] as const)
        const lane = laneOf(items[n] ?? event('?'))
        for (const other of rig.upstream.seen) {
          const item = items.find((one) => one.nonce === other.key)
          if (!item || laneOf(item) !== lane) continue
          for (const [from, until] of laneHeldUntil)
            expect(other.at > from && other.at < until, `${other.key} within the pause of k${n}`).toBe(false)
        }
      }
      expect(rig.outbox.ledger()).toMatchObject({ held: 0, received: given.length })
      expect(rig.endings).toHaveLength(given.length)
    }),
    { numRuns: 25 },
  )
}, 120_000)

const waitOf = (step: Step | undefined): number => Number(step?.headers?.['retry-after'] ?? 0) * 1000

test('an event stored before its answer was lost is repeated with the same nonce', async () => {
  const rig = await createRig()
  rig.upstream.script('n1', [{ cut: 'after-reading', store: true }])
  rig.forwarder.start()
  await rig.put(event('n1'))
  await rig.run(HOUR)
  expect(rig.upstream.stored).toEqual(new Map([['n1', 2]]))
  expect(rig.outbox.ledger()).toMatchObject({ held: 0, delivered: 1 })
})

test('an interaction stored before its answer was lost is never posted again', async () => {
  const rig = await createRig()
  rig.upstream.script('i1', [{ cut: 'after-reading', store: true }])
  rig.forwarder.start()
  await rig.put(interaction('i1'))
  await rig.run(HOUR)
  expect(rig.upstream.stored).toEqual(new Map([['i1', 1]]))
  expect(rig.outbox.fate('i1')).toMatchObject({ state: 'buried', code: 'IN_DOUBT' })
})

test('between attempts at an item at least the jittered wait goes by', async () => {
  const rig = await createRig({ random: () => 0.5 })
  rig.upstream.script(
    'n1',
    Array.from({ length: 12 }, () => ({ status: 500 })),
  )
  rig.forwarder.start()
  await rig.put(event('n1'))
  await rig.run(HOUR)
  const times = rig.upstream.seen.map(({ at }) => at)
  const waits = times.slice(1).map((at, n) => at - (times[n] ?? 0))
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 150000, 150000, 150000])
})
