import type { ItemCode, Kind, ProblemCode, Receipt } from '@wmkt/protocol'
import type { TallyCounts } from '../collect/tally.ts'
import type { ForwardAttempt, ForwardEnding } from '../forward/forwarder.ts'
import { Problem } from '../http/problem.ts'
import { createCountBy } from './count-by.ts'
import { createHistogram, type HistogramRead } from './histogram.ts'

/** How the upstream answered, in a handful of words: `failure` is no answer at all. */
export type StatusClass = '2xx' | '3xx' | '4xx' | '5xx' | 'failure'

/** What happened since the start, by keys of our own. */
export type CountsRead = {
  /** What senders said of themselves. */
  tally: TallyCounts
  /** Batches answered 202. */
  receipts: number
  accepted: number
  duplicates: number
  rejected: Readonly<Partial<Record<ItemCode, number>>>
  /** From the head of a collect request to the sync that covers it. */
  collectTook: HistogramRead
  /** Collect requests answered with a problem. */
  problems: Readonly<Partial<Record<ProblemCode, number>>>
  attempts: Readonly<Partial<Record<`${Kind} ${StatusClass}`, number>>>
  upstreamTook: Readonly<Record<Kind, HistogramRead>>
  /** By kind and reason; the reasons are those of the forwarder. */
  buried: Readonly<Partial<Record<`${Kind} ${string}`, number>>>
}

export interface Counts {
  /** A batch is stored; `tookMs` from the head of its request to the sync. */
  onReceipt(receipt: Receipt, tookMs: number): void
  /** A collect request that threw; what is no Problem is answered INTERNAL. */
  onRefusal(error: unknown): void
  onAttempt(attempt: ForwardAttempt): void
  onEnding(ending: ForwardEnding): void
  read(): CountsRead
}

/** What the hot path counts: a number here and there, put into words only when somebody asks. */
export const createCounts = (tally: () => TallyCounts): Counts => {
  const [problems, rejected] = [createCountBy<ProblemCode>(), createCountBy<ItemCode>()]
  const [attempts, buried] = [createCountBy<`${Kind} ${StatusClass}`>(), createCountBy<`${Kind} ${string}`>()]
  const upstreamTook = { event: createHistogram(), interaction: createHistogram() }
  const collectTook = createHistogram()
  const sums = { receipts: 0, accepted: 0, duplicates: 0 }
  return {
    onReceipt(receipt, tookMs) {
      sums.receipts += 1
      sums.accepted += receipt.accepted
      sums.duplicates += receipt.duplicates
      for (const { code } of receipt.rejected) rejected.add(code)
      collectTook.observeMs(tookMs)
    },
    onRefusal: (error) => problems.add(error instanceof Problem ? error.code : 'INTERNAL'),
    onAttempt({ kind, status, latencyMs }) {
      attempts.add(`${kind} ${statusClassOf(status)}`)
      upstreamTook[kind].observeMs(latencyMs)
    },
    onEnding({ kind, ending, code }) {
      if (ending === 'buried') buried.add(`${kind} ${code ?? 'UNKNOWN'}`)
    },
    read: () => ({
      ...sums,
      tally: tally(),
      rejected: rejected.read(),
      collectTook: collectTook.read(),
      problems: problems.read(),
      attempts: attempts.read(),
      upstreamTook: { event: upstreamTook.event.read(), interaction: upstreamTook.interaction.read() },
      buried: buried.read(),
    }),
  }
}

/** HTTP status, or the code of a failure → its class. */
export const statusClassOf = (status: number | string): StatusClass => {
  if (typeof status === 'string' || status < 200) return 'failure'
  if (status < 300) return '2xx'
  if (status < 400) return '3xx'
  return status < 500 ? '4xx' : '5xx'
}
