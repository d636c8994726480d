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

/** Goes through items of the work queue, a stretch at a time, and when it has come to the end from the beginning. */
export interface Walk {
  next(): Promise<Stretch>
  startAnew(): void
}

export type WalkParts = { link: Link; names: Names; queues: Queues }

/** Through what its queue has passed by, in each lane: not more than is handed out, however many still wait. */
export const createLaneWalk = ({ link, names, queues }: WalkParts): Walk => {
  let [lane, seq] = [0, 0]
  const startAnew = () => {
    ;[lane, seq] = [0, 0]
  }
  return {
    startAnew,
    async next() {
      const lanes = queues.stood()
      const items: StoredMsg[] = []
      for (let name = lanes[lane]; name !== undefined && items.length < STRETCH; name = lanes[lane]) {
        const stand = queues.stand(name)
        const item = await itemFrom(link, names, seq, names.subject.lane(name))
        if (item && stand && item.seq <= endOf(stand)) {
          items.push(item)
          seq = item.seq + 1
        } else [lane, seq] = [lane + 1, 0]
      }
      const isLast = lane >= lanes.length
      if (isLast) startAnew()
      return { items, isLast }
    },
  }
}

/** Through all of them. */
export const createStreamWalk = ({ link, names }: WalkParts): Walk => {
  let seq = 0
  const startAnew = () => {
    seq = 0
  }
  return {
    startAnew,
    async next() {
      const items: StoredMsg[] = []
      for (let at = seq; items.length < STRETCH; at = seq) {
        const item = await itemFrom(link, names, at, names.subject.items)
        if (!item) break
        items.push(item)
        seq = item.seq + 1
      }
      const isLast = items.length < STRETCH
      if (isLast) startAnew()
      return { items, isLast }
    },
  }
}

const itemFrom = ({ jsm }: Link, { items }: Names, seq: number, subject: string) => {
  const next = { seq, next_by_subj: subject }
  return jsm.streams.getMessage(items, next)
}
