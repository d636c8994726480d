import type { LeasedEntry } from '../outbox/outbox.ts'

const MAX_REMEMBERED = 1_000

export interface Trial {
  /** The item was refused while others may be fine. */
  failed(nonce: string): void
  /** Takes the first entry not tried in vain before; when all were, begins over. */
  pick(ready: LeasedEntry[]): LeasedEntry | undefined
  /** Things go well: forget. */
  over(): void
}

/** Chooses whom to try next while deliveries are parked: each time another item, so that a bad one cannot keep all parked. */
export const createTrial = (): Trial => {
  const tried = new Set<string>()
  return {
    failed(nonce) {
      if (tried.size >= MAX_REMEMBERED) tried.clear()
      tried.add(nonce)
    },
    pick(ready) {
      const untried = ready.findIndex((entry) => !tried.has(entry.nonce))
      if (untried < 0) for (const entry of ready) tried.delete(entry.nonce)
      return ready.splice(Math.max(0, untried), 1)[0]
    },
    over: () => tried.clear(),
  }
}
