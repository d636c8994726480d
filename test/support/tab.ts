/** A tab of any engine: as much as the core list needs, so that one list of facts runs in all of them. */
export type Tab = {
  /** Resolves once the page has loaded. */
  visit(url: string): Promise<void>
  /**
   * Calls `work` in the page and resolves to what it returns or resolves to. Only its source and its arguments, as JSON, travel:
   * it sees nothing of the file it is written in.
   */
  run<T, Args extends unknown[]>(work: (...args: Args) => T | Promise<T>, ...args: Args): Promise<T>
  /** Closes the tab as its user would: the page hears that it hides, and is not asked. */
  close(): Promise<void>
}

/** A running browser; its tabs share storage, and nothing of it outlives `close`. */
export type Engine = {
  open(): Promise<Tab>
  close(): Promise<void>
}

/** The expression that calls `work` with these arguments in a page. */
export const callOf = <Args extends unknown[]>(work: (...args: Args) => unknown, args: Args): string =>
  `(${work})(...${JSON.stringify(args)})`
