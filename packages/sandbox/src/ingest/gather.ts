type Waiting<In, Out> = {
  readonly item: In
  readonly done: (out: Out) => void
  readonly fail: (cause: unknown) => void
}

type Rules<In, Out> = {
  readonly most: number
  /** Two items of one key never go into one write. */
  keyOf(item: In): string
  /** Writes items, and gives back what became of each, in their order. */
  write(items: readonly In[]): Promise<readonly Out[]>
}

const takeDistinct = <In, Out>(
  queue: Waiting<In, Out>[],
  { most, keyOf }: Rules<In, Out>,
): Waiting<In, Out>[] => {
  const taken = new Map<string, Waiting<In, Out>>()
  for (const waiting of queue) {
    if (taken.size < most && !taken.has(keyOf(waiting.item))) taken.set(keyOf(waiting.item), waiting)
  }
  const group = new Set(taken.values())
  queue.splice(0, queue.length, ...queue.filter((waiting) => !group.has(waiting)))
  return [...group]
}

/**
 * Gathers what comes while one write is under way into the next write. Nothing waits for company: when nothing is
 * under way an item is written at once.
 */
export const createGather = <In, Out>(rules: Rules<In, Out>): ((item: In) => Promise<Out>) => {
  const queue: Waiting<In, Out>[] = []
  let writing = false

  const writeGroup = async (group: readonly Waiting<In, Out>[]): Promise<void> => {
    const written = await rules.write(group.map(({ item }) => item))
    group.forEach(({ done, fail }, index) => {
      const out = written[index]
      if (out === undefined) fail(new Error('a write told nothing of an item'))
      else done(out)
    })
  }

  const pump = async (): Promise<void> => {
    if (writing) return
    writing = true
    while (queue.length > 0) {
      const group = takeDistinct(queue, rules)
      await writeGroup(group).catch((cause: unknown) => {
        for (const { fail } of group) fail(cause)
      })
    }
    writing = false
  }

  return (item) =>
    new Promise((done, fail) => {
      queue.push({ item, done, fail })
      void pump()
    })
}
