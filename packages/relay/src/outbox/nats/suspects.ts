type Suspicion = { since: number; revision: number }

/** Items that perhaps nobody has, over rounds of looking at all of them: nothing has become of them in between. */
export interface Suspects {
  /** One more sight of an item, at this revision of its record: since when it is a suspect, in epoch ms. */
  seen(seq: number, revision: number, now: number): number
  /** Who was not seen in this round is none any more. */
  endRound(): void
  clear(): void
}

export const createSuspects = (): Suspects => {
  let before = new Map<number, Suspicion>()
  let round = new Map<number, Suspicion>()
  return {
    seen(seq, revision, now) {
      const known = before.get(seq)
      // A clock that was put back would have one wait until it is there again.
      const since = known?.revision === revision ? Math.min(known.since, now) : now
      round.set(seq, { since, revision })
      return since
    },
    endRound() {
      before = round
      round = new Map()
    },
    clear() {
      before.clear()
      round.clear()
    },
  }
}
