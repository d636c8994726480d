import type { Counts } from './view.ts'

/**
 * Why to look for items that nobody would hand out. `surplus`: the stream holds more than its queues count. They may
 * count wrongly too, or not at all while nobody answers for them; hence `standing`: the oldest item stays the oldest.
 */
export type Occasion = 'surplus' | 'standing'

/** Looks in a row that must find more in the stream than in its queues: one alone sees what is just on its way. */
const SURPLUS = 5
/** Looks at which the same item was the oldest: it waits for another attempt, or for nobody. */
export const STANDING = 30

/** To be told of each look that is believed. */
export const createOccasion = (): ((counts: Counts) => Occasion | undefined) => {
  let surplus = 0
  let stood = 0
  let oldest: number | undefined
  return ({ held, lanes, first }) => {
    const queued = [...lanes.values()].reduce((sum, count) => sum + count, 0)
    surplus = held > queued ? surplus + 1 : 0
    stood = first && first.seq === oldest ? stood + 1 : 0
    oldest = first?.seq
    if (surplus >= SURPLUS) return 'surplus'
    return stood > 0 && stood % STANDING === 0 ? 'standing' : undefined
  }
}
