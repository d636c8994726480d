import type { Ledger } from '../outbox/outbox.ts'
import type { CountsRead, StatusClass } from '../telemetry/counts.ts'
import { between, type HistogramRead, quantileOf } from '../telemetry/histogram.ts'

/** What is looked at for one point of the charts. */
export type Look = {
  /** Epoch ms. */
  at: number
  ledger: Ledger
  oldestAt?: number | undefined
  counts: CountsRead
}

/** One point of every chart. Rates are per second, over the time since the look before. */
export type Sample = {
  /** Epoch ms. */
  at: number
  received: number
  delivered: number
  /** Collect requests answered with a problem. */
  refused: number
  held: number
  ageSeconds: number
  /** Of the upstream, in ms; null when it was not asked. */
  p50Ms: number | null
  p95Ms: number | null
  /** Attempts by class of the answer. */
  answers: Record<StatusClass, number>
}

const CLASSES: readonly StatusClass[] = ['2xx', '3xx', '4xx', '5xx', 'failure']

/** Two looks → the point between them. */
export const sampleOf = (before: Look, after: Look): Sample => {
  const seconds = Math.max(0.001, (after.at - before.at) / 1_000)
  const rate = (of: (look: Look) => number): number => Math.max(0, of(after) - of(before)) / seconds
  const took = between(upstreamTook(before), upstreamTook(after))
  return {
    at: after.at,
    received: rate(({ ledger }) => ledger.received),
    delivered: rate(({ ledger }) => ledger.delivered),
    refused: rate(({ counts }) => sumOf(counts.problems)),
    held: after.ledger.held,
    ageSeconds: Math.max(0, after.at - (after.oldestAt ?? after.at)) / 1_000,
    p50Ms: inMs(quantileOf(took, 0.5)),
    p95Ms: inMs(quantileOf(took, 0.95)),
    answers: answersBy((one) => rate(({ counts }) => attemptsOf(counts, one))),
  }
}

const inMs = (seconds: number | undefined): number | null => (seconds === undefined ? null : seconds * 1_000)

const sumOf = (table: Readonly<Partial<Record<string, number>>>): number =>
  Object.values(table).reduce<number>((sum, count = 0) => sum + count, 0)

const attemptsOf = ({ attempts }: CountsRead, one: StatusClass): number =>
  (attempts[`event ${one}`] ?? 0) + (attempts[`interaction ${one}`] ?? 0)

const answersBy = (rate: (one: StatusClass) => number): Record<StatusClass, number> => {
  const answers = { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, failure: 0 }
  for (const one of CLASSES) answers[one] = rate(one)
  return answers
}

/** Both kinds together: the upstream is one. */
const upstreamTook = ({ counts: { upstreamTook } }: Look): HistogramRead => {
  const { event, interaction } = upstreamTook
  const counts = event.counts.map((count, at) => count + (interaction.counts[at] ?? 0))
  return { bounds: event.bounds, counts, sum: event.sum + interaction.sum }
}
