import type { Lane } from './outbox.ts'

/** Those who want to hear of work. */
export interface Listeners {
  on(listener: (lane: Lane) => void): () => void
  tell(lanes: Iterable<Lane>): void
}

export const createListeners = (): Listeners => {
  const listeners = new Set<(lane: Lane) => void>()
  return {
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell(lanes) {
      for (const lane of new Set(lanes)) for (const listener of [...listeners]) call(listener, lane)
    },
  }
}

/** A listener that throws is a bug of its own: it must not look like a failed commit. */
const call = (listener: (lane: Lane) => void, lane: Lane): void => {
  try {
    listener(lane)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
