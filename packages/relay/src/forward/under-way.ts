import type { Clock } from '../clock.ts'
import type { LeasedEntry } from '../outbox/outbox.ts'

/** One delivery under way. */
export type Delivery = {
  readonly entry: LeasedEntry
  /** Among those under way; -1 when it is none of them. */
  place: number
}

export interface UnderWay {
  add(entry: LeasedEntry): Delivery
  /** False when it had been given up. */
  remove(delivery: Delivery): boolean
  size(): number
  /** Resolves when none is under way, or after `ms`. */
  ended(ms: number): Promise<void>
  /** Gives the rest up: whatever comes of it is heeded no more. */
  giveUp(): LeasedEntry[]
}

/**
 * The deliveries under way. Not a Set: one that changes all the time leaves tables behind, and as long as the first of
 * them is not collected, all entries that ever stood in the later ones live.
 */
export const createUnderWay = (clock: Clock): UnderWay => {
  let deliveries: Delivery[] = []
  let onEmpty = () => {}
  /** The last one takes the place of the one that goes. */
  const takeOut = (delivery: Delivery) => {
    const last = deliveries.pop()
    if (!last || last === delivery) return
    last.place = delivery.place
    deliveries[delivery.place] = last
  }
  return {
    add(entry) {
      const delivery = { entry, place: deliveries.length }
      deliveries.push(delivery)
      return delivery
    },
    remove(delivery) {
      const isKnown = delivery.place >= 0
      if (isKnown) takeOut(delivery)
      delivery.place = -1
      if (deliveries.length === 0) onEmpty()
      return isKnown
    },
    size: () => deliveries.length,
    ended: (ms) =>
      new Promise((resolve) => {
        if (deliveries.length === 0) return resolve()
        const callOff = clock.after(ms, resolve)
        onEmpty = () => {
          callOff()
          resolve()
        }
      }),
    giveUp() {
      const rest = deliveries
      deliveries = []
      for (const delivery of rest) delivery.place = -1
      return rest.map(({ entry }) => entry)
    },
  }
}
