/** What may be logged of a failure. */
export type Trace = {
  readonly name: string
  readonly code: string | undefined
  readonly at: readonly string[]
}

const FRAMES = 6

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined

const framesOf = ({ stack = '' }: Error): readonly string[] =>
  stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, FRAMES)

/**
 * A failure without its message: those of the database quote the statement's values, which are somebody's. What is
 * left says where it happened and, by the code of the innermost cause (an SQLSTATE), what.
 */
export const traceOf = (cause: unknown): Trace => {
  if (!(cause instanceof Error)) return { name: typeof cause, code: undefined, at: [] }
  const inner = cause.cause instanceof Error ? traceOf(cause.cause) : undefined
  return { name: inner?.name ?? cause.name, code: inner?.code ?? codeOf(cause), at: framesOf(cause) }
}
