import { expect } from 'vitest'
import type { RelayChild, SandboxChild } from './chain.ts'
import { eventually } from './eventually.ts'
import { CHUNK, chunkOf, type Load } from './load.ts'

/** Nonces of a load's events as the sandbox holds them, with repeats if there were any. */
export const eventsAt = async (sandbox: SandboxChild, name: string, count: number): Promise<string[]> => {
  const nonces: string[] = []
  for (let n = 0; n < count; n += CHUNK) {
    const events = await sandbox.events(`?limit=1000&trackerId=${chunkOf(name, n)}`)
    nonces.push(...events.map(({ nonce }) => nonce))
  }
  return nonces
}

export const lettersAt = async (relay: RelayChild): Promise<Map<string, string>> => {
  const { deadLetters } = await relay.deadLetters('?limit=1000')
  expect(deadLetters.length, 'dead letters, more than one page tells').toBeLessThan(1_000)
  return new Map(deadLetters.map(({ nonce, code }) => [nonce, code]))
}

/** Waits until the relay holds nothing any more. */
export const drained = (relay: RelayChild, timeoutMs: number): Promise<void> =>
  expect.poll(async () => (await relay.status()).ledger.held, { timeout: timeoutMs, interval: 100 }).toBe(0)

const lostOf = ({ acknowledged }: Load, arrived: ReadonlySet<string>, letters: ReadonlyMap<string, string>) =>
  [...acknowledged.event].filter((nonce) => !arrived.has(nonce) && !letters.has(nonce))

/** The events that were acknowledged, and have not come to anything yet. */
export const missingEvents = async (load: Load, name: string, relay: RelayChild, sandbox: SandboxChild) => {
  const { event, interaction } = load.acknowledged
  const arrived = await eventsAt(sandbox, name, event.size + interaction.size)
  return lostOf(load, new Set(arrived), await lettersAt(relay))
}

/**
 * Every acknowledged item against what the sandbox holds and the relay keeps: each is at the sandbox once, or a dead
 * letter; an interaction in doubt may be both, never twice.
 */
export const reckonItems = async (load: Load, name: string, relay: RelayChild, sandbox: SandboxChild) => {
  const { event, interaction } = load.acknowledged
  const letters = await lettersAt(relay)
  const arrived = await eventsAt(sandbox, name, event.size + interaction.size)
  const once = new Set(arrived)
  const visits = (await sandbox.interactions()).map(({ userData }) => String(userData.loyalty_id))
  expect(arrived).toHaveLength(once.size)
  expect([...once].filter((nonce) => !event.has(nonce))).toEqual([])
  expect(lostOf(load, once, letters)).toEqual([])
  expect(visits).toHaveLength(new Set(visits).size)
  expect([...interaction].filter((nonce) => !visits.includes(nonce) && !letters.has(nonce))).toEqual([])
  return { events: event.size, interactions: interaction.size, letters }
}

/** The relay's ledger adds up, and nothing is held any more. */
export const reckonLedger = async (relay: RelayChild, received: number, buried: number): Promise<void> => {
  const { held = 0, delivered = 0, dropped = 0, ...ledger } = (await relay.status()).ledger
  expect({ received: ledger.received, held, buried: ledger.buried }).toEqual({ received, held: 0, buried })
  expect(delivered + buried + dropped).toBe(received)
}

/** The same, and the ledger with it. */
export const reckon = async (...of: Parameters<typeof reckonItems>) => {
  const reckoned = await reckonItems(...of)
  const { events, interactions, letters } = reckoned
  await reckonLedger(of[2], events + interactions, letters.size)
  return reckoned
}

/**
 * Of relays that share an outbox each sees a moment late what the others did, and says that it holds nothing while an
 * item of another one's is still on its way: what is not right yet has half a minute to become so.
 */
export const inTime = <T>(reckoning: () => Promise<T>): Promise<T> =>
  eventually(reckoning, { timeout: 30_000, interval: 250 })
