/** A work declines before it has changed anything: its own promise rejects with `reason`, its neighbours go on. */
export class Declined extends Error {
  override readonly name = 'Declined'
  readonly reason: Error
  constructor(reason: Error) {
    super(reason.message, { cause: reason })
    this.reason = reason
  }
}

/** Gathers works so that one transaction, and one sync, answers all of them. */
export interface GroupCommit<Context> {
  /** Resolves with what the work returned, once it is on disk; rejects as it declined, or as the commit failed. */
  within<T>(work: (context: Context) => T): Promise<T>
  /** The same for a work nobody waits for: as long as others like it keep coming, it waits to share a commit with them. */
  withinSoon<T>(work: (context: Context) => T): Promise<T>
  /** Resolves when no commit is under way and none is waited for. */
  idle(): Promise<void>
}

export type GroupCommitOptions<Context> = {
  /** Works in one transaction, at most. @default 256 */
  maxWorks?: number
  begin: () => Context
  /** Writes and syncs; then takes the changes over. */
  commit: (context: Context) => Promise<void>
  /** What a failed commit, or a work that broke, means to all works of the transaction. */
  faultOf: (error: unknown) => Error
}

type Work<Context> = {
  run: (context: Context) => () => void
  fail: (error: Error) => void
  isUrgent: boolean
}
type Done = { answer: () => void; fail: (error: Error) => void }

const MAX_WORKS = 256
/** Turns of the event loop that bring no other work, after which works that can wait do so no longer. */
const BARREN_TURNS = 4

/**
 * A commit begins at the end of the event loop's turn in which the first work came, or when the commit under way is
 * done: nobody waits for company longer than the sync of those before. Works that can wait do so while a turn of the loop
 * brings others, for a commit costs as much as settling dozens; and never where one that cannot wait is among them.
 */
export const createGroupCommit = <Context>(options: GroupCommitOptions<Context>): GroupCommit<Context> => {
  const { begin, commit, faultOf, maxWorks = MAX_WORKS } = options
  let queue: Work<Context>[] = []
  let waiters: (() => void)[] = []
  let busy = false

  const runAll = (works: readonly Work<Context>[], context: Context): Done[] => {
    const done: Done[] = []
    for (const { run, fail } of works) {
      try {
        done.push({ answer: run(context), fail })
      } catch (error) {
        if (!(error instanceof Declined)) throw error
        fail(error.reason)
      }
    }
    return done
  }
  const perform = async (works: readonly Work<Context>[]) => {
    try {
      const context = begin()
      const done = runAll(works, context)
      await commit(context)
      for (const { answer } of done) answer()
    } catch (error) {
      const fault = faultOf(error)
      for (const { fail } of works) fail(fault)
    }
  }
  const mayWait = (): boolean => queue.length < maxWorks && !queue.some(({ isUrgent }) => isUrgent)
  const company = async () => {
    for (let barren = 0; barren < BARREN_TURNS && mayWait(); ) {
      const before = queue.length
      await turn()
      barren = queue.length > before ? 0 : barren + 1
    }
  }
  const round = async () => {
    while (queue.length > 0) {
      if (mayWait()) await company()
      const works = queue.slice(0, maxWorks)
      queue = queue.slice(maxWorks)
      await perform(works)
    }
    busy = false
    const idle = waiters
    waiters = []
    for (const resolve of idle) resolve()
  }
  const add = <T>(work: (context: Context) => T, isUrgent: boolean): Promise<T> =>
    new Promise((resolve, reject) => {
      const run = (context: Context) => {
        const result = work(context)
        return () => resolve(result)
      }
      queue.push({ run, fail: reject, isUrgent })
      if (busy) return
      busy = true
      setImmediate(round)
    })
  return {
    within: (work) => add(work, true),
    withinSoon: (work) => add(work, false),
    idle: () => (busy ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve()),
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
