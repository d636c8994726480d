import type { Term } from './term.ts'

const WIDTH = 30
/** The eye sees no more. */
const EVERY_MS = 100

export interface Progress {
  step(): void
  /** Takes the bar away. */
  end(): void
}

/** `total`: undefined when it is not known beforehand. */
export const barText = (label: string, count: number, total: number | undefined): string => {
  if (total === undefined || total === 0) return `${label} ${count}`
  const share = Math.min(1, count / total)
  const full = Math.round(share * WIDTH)
  return `${label} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${Math.floor(share * 100)} % · ${count} of ${total}`
}

/** How far long work has come, on a terminal; into a file or a pipe it says nothing. */
export const createProgress = (term: Term, label: string, total: number | undefined): Progress => {
  const { sketch } = term
  if (!sketch) return { step: () => {}, end: () => {} }
  let count = 0
  let drawnAt = Number.NEGATIVE_INFINITY
  return {
    step() {
      count += 1
      if (term.now() - drawnAt < EVERY_MS) return
      drawnAt = term.now()
      sketch(`\r${barText(label, count, total)}\u001b[K`)
    },
    end: () => sketch('\r\u001b[K'),
  }
}
