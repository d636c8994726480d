/** Gathers works so that one transaction, and one sync, answers all of them. */
export interface GroupCommit<Context> {
  /** Resolves with what the work returned, once it is on disk; rejects with what it threw, or as the commit failed. */
  within<T>(work: (context: Context) => T): Promise<T>
  /** Resolves when no commit is under way and none is waited for. */
  idle(): Promise<void>
}

export type GroupCommitOptions<Context> = {
  /** Works in one transaction, at most. @default 256 */
  maxWorks?: number
  begin: () => Context
  /** Writes and syncs; then takes the changes over. */
  commit: (context: Context) => Promise<void>
}

type Work<Context> = { run: (context: Context) => () => void; fail: (error: unknown) => void }

const MAX_WORKS = 256

/**
 * A commit begins at the end of the event loop's turn in which the first work came, or when the commit under way is
 * done: nobody waits for company longer than the sync of those before.
 */
export const createGroupCommit = <Context>(options: GroupCommitOptions<Context>): GroupCommit<Context> => {
  const { begin, commit, maxWorks = MAX_WORKS } = options
  let queue: Work<Context>[] = []
  let waiters: (() => void)[] = []
  let busy = false

  const perform = async (works: readonly Work<Context>[]) => {
    const context = begin()
    const answers: (() => void)[] = []
    const done: Work<Context>[] = []
    for (const work of works) {
      try {
        answers.push(work.run(context))
        done.push(work)
      } catch (error) {
        work.fail(error)
      }
    }
    try {
      await commit(context)
      for (const answer of answers) answer()
    } catch (error) {
      for (const work of done) work.fail(error)
    }
  }
  const round = async () => {
    while (queue.length > 0) {
      const works = queue.slice(0, maxWorks)
      queue = queue.slice(maxWorks)
      await perform(works)
    }
    busy = false
    const idle = waiters
    waiters = []
    for (const resolve of idle) resolve()
  }
  return {
    within: (work) =>
      new Promise((resolve, reject) => {
        const run = (context: Context) => {
          const result = work(context)
          return () => resolve(result)
        }
        queue.push({ run, fail: reject })
        if (busy) return
        busy = true
        setImmediate(round)
      }),
    idle: () => (busy ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve()),
  }
}
