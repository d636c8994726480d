/** Time as an argument, so that tests turn it by hand. */
export interface Clock {
  /** Epoch ms. */
  now(): number
  /** Calls back once after `ms`; returns the way to call it off. */
  after(ms: number, callback: () => void): () => void
}

/** The machine's clock. Its timers never keep the process alive. */
export const systemClock: Clock = {
  now: Date.now,
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, 2 ** 31 - 1)).unref()
    return () => clearTimeout(timer)
  },
}
