/** Things in order of a rank, least first: a binary heap. Equal ranks come out in no set order. */
export interface Heap<T> {
  size(): number
  add(rank: number, item: T): void
  /** Of the first; undefined when empty. */
  rank(): number | undefined
  take(): T | undefined
}

type Ranked<T> = { rank: number; item: T }

export const createHeap = <T>(): Heap<T> => {
  const heap: Ranked<T>[] = []
  const rankAt = (at: number): number => heap[at]?.rank ?? Number.POSITIVE_INFINITY
  const swap = (a: number, b: number) => {
    const [first, second] = [heap[a], heap[b]]
    if (first === undefined || second === undefined) return
    heap[a] = second
    heap[b] = first
  }
  const rise = (from: number) => {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1
      if (rankAt(at) >= rankAt(parent)) return
      swap(at, parent)
      at = parent
    }
  }
  const sink = () => {
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const child = rankAt(left + 1) < rankAt(left) ? left + 1 : left
      if (rankAt(child) >= rankAt(at)) return
      swap(at, child)
      at = child
    }
  }
  return {
    size: () => heap.length,
    add(rank, item) {
      heap.push({ rank, item })
      rise(heap.length - 1)
    },
    rank: () => heap[0]?.rank,
    take() {
      swap(0, heap.length - 1)
      const first = heap.pop()
      sink()
      return first?.item
    },
  }
}
