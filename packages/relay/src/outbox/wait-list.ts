/** Things that fall due, earliest first: a binary heap. Equal times come out in no set order. */
export interface WaitList<T> {
  readonly size: number
  add(dueAt: number, item: T): void
  /** Epoch ms of the earliest; undefined when none waits. */
  nextDueAt(): number | undefined
  /** Takes out all that are due at `now`. */
  takeDue(now: number): T[]
}

type Waiting<T> = { dueAt: number; item: T }

export const createWaitList = <T>(): WaitList<T> => {
  const heap: Waiting<T>[] = []
  const earlier = (a: number, b: number): boolean =>
    (heap[a]?.dueAt ?? Number.POSITIVE_INFINITY) < (heap[b]?.dueAt ?? Number.POSITIVE_INFINITY)
  const swap = (a: number, b: number) => {
    const [first, second] = [heap[a], heap[b]]
    if (first === undefined || second === undefined) return
    heap[a] = second
    heap[b] = first
  }
  const rise = (from: number) => {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!earlier(at, parent)) return
      swap(at, parent)
      at = parent
    }
  }
  const sink = () => {
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const child = earlier(left + 1, left) ? left + 1 : left
      if (!earlier(child, at)) return
      swap(at, child)
      at = child
    }
  }
  const takeFirst = (): T | undefined => {
    swap(0, heap.length - 1)
    const first = heap.pop()
    sink()
    return first?.item
  }
  return {
    get size() {
      return heap.length
    },
    add(dueAt, item) {
      heap.push({ dueAt, item })
      rise(heap.length - 1)
    },
    nextDueAt: () => heap[0]?.dueAt,
    takeDue(now) {
      const due: T[] = []
      while (heap[0] !== undefined && heap[0].dueAt <= now) {
        const item = takeFirst()
        if (item !== undefined) due.push(item)
      }
      return due
    },
  }
}
