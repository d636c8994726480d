import type { StoredMsg } from '@nats-io/jetstream'
import type { Link } from './link.ts'
import type { Names } from './names.ts'
import type { Queues } from './queues.ts'
import { endOf } from './whereabouts.ts'

/** Items looked at in one go. */
const STRETCH = 128

export type Stretch = {
  items: StoredMsg[]
  /** Whether the end was reached: the next one begins anew. */
  isLast: boolean
}

/**
 * Goes through items of the work queue, a stretch at a time, and when it has come to the end from the beginning: not to
 * what comes while it goes. A stretch that fails is done again.
 */
export interface Walk {
  /** @param last the sequence number that is the last one now */
  next(last: number): Promise<Stretch>
  startAnew(): void
}

export type WalkParts = { link: Link; names: Names; queues: Queues }

type Place = { lane: number; seq: number; end: number }

/** Through what its queue has passed by, in each lane: not more than is handed out, however many still wait. */
export const createLaneWalk = ({ link, names, queues }: WalkParts): Walk => {
  let place: Place | undefined
  return {
    startAnew() {
      place = undefined
    },
    async next(last) {
      let { lane, seq, end } = place ?? { lane: 0, seq: 0, end: last }
      const lanes = queues.stood()
      const items: StoredMsg[] = []
      for (let name = lanes[lane]; name !== undefined && items.length < STRETCH; name = lanes[lane]) {
        const stand = queues.stand(name)
        const item = await itemFrom(link, names, seq, names.subject.lane(name))
        if (item && stand && item.seq <= Math.min(end, endOf(stand))) {
          items.push(item)
          seq = item.seq + 1
        } else [lane, seq] = [lane + 1, 0]
      }
      const isLast = lane >= lanes.length
      place = isLast ? undefined : { lane, seq, end }
      return { items, isLast }
    },
  }
}

/** Through all of them. */
export const createStreamWalk = ({ link, names }: WalkParts): Walk => {
  let place: Omit<Place, 'lane'> | undefined
  return {
    startAnew() {
      place = undefined
    },
    async next(last) {
      let { seq, end } = place ?? { seq: 0, end: last }
      const items: StoredMsg[] = []
      while (items.length < STRETCH && seq <= end) {
        const item = await itemFrom(link, names, seq, names.subject.items)
        if (!item) break
        items.push(item)
        seq = item.seq + 1
      }
      const isLast = items.length < STRETCH
      place = isLast ? undefined : { seq, end }
      return { items, isLast }
    },
  }
}

const itemFrom = ({ jsm }: Link, { items }: Names, seq: number, subject: string) => {
  const next = { seq, next_by_subj: subject }
  return jsm.streams.getMessage(items, next)
}
