import { type Being, OUTSIDE, type World } from '../world.ts'

/** A process or a page. What it does to the world outside is an act, and it may die before any of them. */
export interface Mortal {
  readonly being: Being
  /** Counts an act. False for the dead: nothing may come of it. */
  act(): boolean
  /** Runs after so long, if it lives then. Returns the way to call it off. */
  plan(ms: number, run: () => void): () => void
  /** Dies before the act after so many: its code goes on to the next await, and no deed of it counts any more. */
  doom(acts: number): void
  /** Dies at once. */
  end(): void
  /** What falls back to the world when it is gone: locks, connections. */
  onEnd(then: () => void): void
}

export const createMortal = (world: World, name: string): Mortal => {
  const being: Being = { name, alive: true, frozenUntil: 0 }
  const heirs: (() => void)[] = []
  let left = Number.POSITIVE_INFINITY
  const end = () => {
    if (!being.alive) return
    being.alive = false
    for (const then of heirs) world.plan(OUTSIDE, 0, then)
  }
  return {
    being,
    act() {
      if (left <= 0) end()
      left -= 1
      return being.alive
    },
    plan: (ms, run) => world.plan(being, ms, run),
    doom(acts) {
      left = acts
    },
    end,
    onEnd: (then) => void heirs.push(then),
  }
}

/** Of the dead nobody hears again. */
export const NEVER = new Promise<never>(() => {})
