import type { Clock } from '../../clock.ts'
import { expire, HELPING } from './expiry.ts'
import { isGenerationOver } from './nonces/nonce-memory.ts'
import type { Transaction } from './transaction.ts'
import { forgetUntold } from './untold.ts'

export type JanitorOptions = {
  clock: Clock
  keepDeliveredMs: number
  keepDeadLettersMs: number
  /** Does work within a transaction; resolves once it is on disk. */
  within: <T>(work: (transaction: Transaction) => T) => Promise<T>
  onFault: (error: unknown) => void
}

const ROUND_MS = 1_000

/**
 * Once a second removes what was kept long enough, in small helpings, turns the nonce memory over when it is time, and
 * saves the counts. Returns the way to stop it.
 */
export const startJanitor = (options: JanitorOptions): (() => void) => {
  const { clock, keepDeliveredMs, keepDeadLettersMs, within, onFault } = options
  let stopped = false
  const helping = (transaction: Transaction): number => {
    const now = clock.now()
    rotateNonces(transaction, now)
    transaction.save()
    return Math.max(
      expire(transaction, 'delivered', now - keepDeliveredMs),
      expire(transaction, 'batch', now - keepDeliveredMs),
      expire(transaction, 'letter', now - keepDeadLettersMs),
      forgetUntold(transaction),
    )
  }
  const round = async () => {
    try {
      while (!stopped && (await within(helping)) === HELPING);
    } catch (error) {
      if (!stopped) onFault(error)
    }
    if (!stopped) callOff = clock.after(ROUND_MS, round)
  }
  let callOff = clock.after(ROUND_MS, round)
  return () => {
    stopped = true
    callOff()
  }
}

const rotateNonces = (transaction: Transaction, now: number) => {
  const { generation, rotatedAt } = transaction.books()
  if (!isGenerationOver(rotatedAt, now)) return
  transaction.nonces.rotate()
  transaction.turn({ generation: 1 - generation, rotatedAt: now })
}
