import type { TestProject } from 'vitest/node'
import { ensureStrace } from './engines.ts'
import { begin } from './provisions.ts'

/** vitest global setup: strace, for the tests that watch the outbox's system calls or make them fail. */
export default function setup(project: TestProject): () => Promise<void> {
  const { runFolder } = project.getProvidedContext()
  const done = begin(runFolder, 'strace', ensureStrace)
  return () => done
}
