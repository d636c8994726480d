import type { TestProject } from 'vitest/node'
import { ensureNats } from './nats-programs.ts'
import { begin } from './provisions.ts'

const provide = async () => {
  const found = await ensureNats()
  if ('missing' in found) process.stdout.write(`the tests on NATS JetStream are skipped: ${found.missing}\n`)
  return found
}

/** vitest global setup: a nats-server, installed first when the machine lacks one and can. */
export default function setup(project: TestProject): () => Promise<void> {
  const { runFolder } = project.getProvidedContext()
  const done = begin(runFolder, 'nats', provide)
  return () => done
}
