/** A work declines before it has changed anything: it fails with `reason`, its neighbours go on. */
export class Declined extends Error {
  override readonly name = 'Declined'
  readonly reason: Error
  constructor(reason: Error) {
    super(reason.message, { cause: reason })
    this.reason = reason
  }
}

/** What is done within a transaction. */
export type Work<Context> = {
  run(context: Context): void
  /** It is on disk. */
  done: () => void
  /** It declined, or the commit failed. */
  fail: (error: Error) => void
  /** Nobody waits for it: as long as others like it keep coming, it waits to share a commit with them. */
  canWait: boolean
  /** It reads nothing that works like it have changed and that is not on disk yet: it need not wait for their sync to be run. */
  canRunAhead: boolean
}

/** Gathers works so that one transaction, and one sync, answers all of them. */
export interface GroupCommit<Context> {
  /** Resolves with what the work returned, once it is on disk; rejects as it declined, or as the commit failed. */
  within<T>(work: (context: Context) => T, canRunAhead?: boolean): Promise<T>
  /** The same for a work that hears of its end itself. */
  add(work: Work<Context>): void
  /** Resolves when no commit is under way and none is waited for. */
  idle(): Promise<void>
}

export type GroupCommitOptions<Context> = {
  /** Works in one transaction, at most; twice as many when nobody waits for any of them. @default 256 */
  maxWorks?: number
  /** @param after whose commit is under way: what it has changed counts as done. Should it fail, neither is seen again. */
  begin: (after?: Context) => Context
  /** Writes and syncs; then takes the changes over. */
  commit: (context: Context) => Promise<void>
  /** What a failed commit, or a work that broke, means to all works of the transaction. */
  faultOf: (error: unknown) => Error
}

const MAX_WORKS = 256
/** Turns of the event loop that bring no other work, after which works that can wait do so no longer. */
const BARREN_TURNS = 4

/**
 * A commit begins at the end of the event loop's turn in which the first work came, or when the commit under way is
 * done: nobody waits for company longer than the sync of those before. Works that can wait do so while a turn of the loop
 * brings others, for a commit costs as much as settling dozens; and never where one that cannot wait is among them.
 * Works that can be run ahead are, as they come, while a commit of others like them is under way: the disk then never
 * waits for them to be run.
 */
export const createGroupCommit = <Context>(options: GroupCommitOptions<Context>): GroupCommit<Context> => {
  const { begin, commit, faultOf, maxWorks = MAX_WORKS } = options
  const queue: Work<Context>[] = []
  let waiters: (() => void)[] = []
  /** Works in the queue that cannot wait. */
  let urgent = 0
  let busy = false
  /** The commit under way, where others may run ahead of its end. */
  let under: Context | undefined
  /** The one after it, in which the first works of the queue have been run. */
  let ahead: Batch<Context> | undefined

  const runAhead = (work: Work<Context>) => {
    const isNext = queue.length - 1 === (ahead?.run.length ?? 0)
    if (!under || !work.canRunAhead || !isNext || queue.length > maxWorks) return
    try {
      ahead ??= { context: begin(under), run: [] }
      if (!runOne(work, ahead)) removeLast()
    } catch {
      // It breaks what it is run in. When its turn comes it will again, and be told so.
      under = undefined
      ahead = undefined
    }
  }
  const removeLast = () => {
    if (!queue.pop()?.canWait) urgent -= 1
  }
  const perform = async (works: readonly Work<Context>[]) => {
    const declined = new Set<Work<Context>>()
    try {
      const batch: Batch<Context> = ahead ?? { context: begin(), run: [] }
      ahead = undefined
      for (const work of works.slice(batch.run.length)) if (!runOne(work, batch)) declined.add(work)
      const committed = commit(batch.context)
      under = works.every(({ canRunAhead }) => canRunAhead) ? batch.context : undefined
      await committed
      under = undefined
      for (const { done } of batch.run) tellApart(done)
    } catch (error) {
      under = undefined
      ahead = undefined
      const fault = faultOf(error)
      for (const work of works) if (!declined.has(work)) tellApart(work.fail, fault)
    }
  }
  const most = () => (urgent > 0 ? maxWorks : 2 * maxWorks)
  const mayWait = (): boolean => urgent === 0 && queue.length < most()
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
      const works = queue.splice(0, most())
      for (const { canWait } of works) if (!canWait) urgent -= 1
      await perform(works)
    }
    busy = false
    // All that were run ahead have declined: what comes next begins on what is known by then.
    ahead = undefined
    const idle = waiters
    waiters = []
    for (const resolve of idle) resolve()
  }
  const add = (work: Work<Context>) => {
    queue.push(work)
    if (!work.canWait) urgent += 1
    if (busy) return runAhead(work)
    busy = true
    setImmediate(round)
  }
  return {
    within: (work, canRunAhead = false) =>
      new Promise((resolve, reject) => add({ ...promised(work, resolve, reject), canRunAhead })),
    add,
    idle: () => (busy ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve()),
  }
}

/** `run`: works that did not decline. */
type Batch<Context> = { context: Context; run: Work<Context>[] }

/** False when it declined. */
const runOne = <Context>(work: Work<Context>, { context, run }: Batch<Context>): boolean => {
  try {
    work.run(context)
    run.push(work)
    return true
  } catch (error) {
    if (!(error instanceof Declined)) throw error
    tellApart(work.fail, error.reason)
    return false
  }
}

/** What breaks where one is told has nothing to do with the others: it is a rejection that nobody handles. */
const tellApart = <Told extends unknown[]>(tell: (...told: Told) => void, ...told: Told) => {
  try {
    tell(...told)
  } catch (error) {
    void Promise.reject(error)
  }
}

/** A work whose result is waited for. */
const promised = <Context, T>(
  work: (context: Context) => T,
  resolve: (result: T) => void,
  fail: (error: Error) => void,
): Omit<Work<Context>, 'canRunAhead'> => {
  let done = () => {}
  return {
    run(context) {
      const result = work(context)
      done = () => resolve(result)
    },
    done: () => done(),
    fail,
    canWait: false,
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
