import type { World } from '../world.ts'

/** What is wrong with a history: nothing, hopefully. And what happened in it. */
export type Verdict = {
  seed: number
  faults: string[]
  /** How each item ended. */
  endings: string[]
  relays: number
  steps: number
  /** What happened, when it was asked for. */
  story: string[]
}

/** Where a history's faults, endings and story are written down. */
export interface Telling {
  fault(text: string): void
  ending(text: string): void
  note(text: string): void
  readonly told: Pick<Verdict, 'faults' | 'endings' | 'story'>
}

export const createTelling = (world: World, isTold: boolean): Telling => {
  const told: Telling['told'] = { faults: [], endings: [], story: [] }
  const startedAt = world.now()
  return {
    told,
    fault: (text) => void told.faults.push(text),
    ending: (text) => void told.endings.push(text),
    note(text) {
      if (isTold) told.story.push(`${((world.now() - startedAt) / 1000).toFixed(3)} ${text}`)
    },
  }
}
