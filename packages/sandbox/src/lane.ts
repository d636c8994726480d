/** Runs tasks one after another, in the order they came. */
export type Lane = <T>(task: () => Promise<T>) => Promise<T>

/**
 * The one lane in which users are reconciled: two transactions that each create "the" user of the same new
 * visitor would make two of them.
 */
export const createLane = (): Lane => {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const next = last.then(task)
    last = next.catch(() => undefined)
    return next
  }
}
