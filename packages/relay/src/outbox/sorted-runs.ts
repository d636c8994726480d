/** Texts brought into order bit by bit: no step costs more than the merging of two runs. */
export interface SortedRuns {
  add(texts: string[]): void
  /** All of them, in order; none is left. */
  takeAll(): string[]
}

export const createSortedRuns = (): SortedRuns => {
  let runs: string[][] = []
  return {
    add(texts) {
      let run = texts.toSorted()
      // Runs grow shorter to the right, as in a binary counter: a text is moved once for each doubling.
      for (let last = runs.at(-1); last && last.length <= run.length; last = runs.at(-1)) {
        runs.pop()
        run = merged(last, run)
      }
      runs.push(run)
    },
    takeAll() {
      const all = runs.reduceRight<string[]>((rest, run) => merged(run, rest), [])
      runs = []
      return all
    },
  }
}

const merged = (left: readonly string[], right: readonly string[]): string[] => {
  const all: string[] = []
  let to = 0
  for (const text of left) {
    for (let next = right[to]; next !== undefined && next < text; next = right[to]) {
      all.push(next)
      to += 1
    }
    all.push(text)
  }
  for (; to < right.length; to += 1) all.push(right[to] ?? '')
  return all
}
