/** The one event of a relay: something failed for good. */
export interface Fatal {
  tell(error: unknown): void
  /** Who listens too late is told at once. */
  on(listener: (error: unknown) => void): void
}

export const createFatal = (): Fatal => {
  const listeners = new Set<(error: unknown) => void>()
  let told: { error: unknown } | undefined
  return {
    tell(error) {
      told = { error }
      for (const listener of listeners) listener(error)
    },
    on(listener) {
      listeners.add(listener)
      if (told) listener(told.error)
    },
  }
}
