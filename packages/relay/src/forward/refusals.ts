import type { Attempt } from './attempt.ts'

/** Refusals of one item, with others having passed between any two of them, after which the fault is the item's own. */
const MAX_REFUSALS = 3
/** Items remembered at once; beyond, the oldest are forgotten, and are merely tried a few times more. */
const MAX_REMEMBERED = 10_000

export interface Refusals {
  /** The item was refused. True when it is to be buried: refused three times while others passed. */
  refused(nonce: string): boolean
  /** Some item passed: the credential as such is good. */
  passed(nonce: string): void
}

/** Tells a refused item from a refused credential: in an outage nothing passes, and no refusal counts twice. */
export const createRefusals = (): Refusals => {
  const seen = new Map<string, { count: number; passesThen: number }>()
  let passes = 0
  return {
    refused(nonce) {
      const before = seen.get(nonce)
      if (before && before.passesThen === passes) return false
      const count = (before?.count ?? 0) + 1
      seen.delete(nonce)
      if (count >= MAX_REFUSALS) return true
      seen.set(nonce, { count, passesThen: passes })
      if (seen.size > MAX_REMEMBERED) for (const oldest of seen.keys()) return seen.delete(oldest) && false
      return false
    },
    passed(nonce) {
      passes += 1
      if (seen.size > 0) seen.delete(nonce)
    },
  }
}

/** A refusal is the item's own fault when others pass. */
export const judgeBy =
  (refusals: Refusals) =>
  (nonce: string, made: Attempt): Attempt => {
    if ('kind' in made.verdict || !made.outcome) return made
    if (made.verdict.type === 'ack' || made.verdict.type === 'bury') refusals.passed(nonce)
    if (made.verdict.type !== 'refused' || !refusals.refused(nonce)) return made
    const message = `${made.verdict.status} while other items pass`
    return { ...made, verdict: { type: 'bury', code: 'FORBIDDEN', message } }
  }
