/** Chance that can be had again: mulberry32. @returns numbers in [0, 1) */
export const createSeeded = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let word = Math.imul(state ^ (state >>> 15), state | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
}

/** From `from` to `to`, both possible. */
export const wholeIn = (random: () => number, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1))

export const oneOf = <T>(random: () => number, ...choices: readonly T[]): T => {
  for (const choice of choices.slice(Math.floor(random() * choices.length))) return choice
  throw new Error('nothing to choose from')
}
