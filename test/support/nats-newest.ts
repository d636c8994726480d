import type { TestProject } from 'vitest/node'
import { ensureNats, ensureNewerNats } from './nats-programs.ts'
import { begin } from './provisions.ts'

const provide = async () => {
  const newer = await ensureNewerNats()
  const found = 'missing' in newer ? await ensureNats() : newer
  process.stdout.write(
    'missing' in found
      ? `nothing runs on NATS JetStream: ${found.missing}\n`
      : `what is shared runs on nats-server ${found.version}\n`,
  )
  return found
}

/** vitest global setup: a server of 2.10 or later where one can be had, else the machine's own. */
export default function setup(project: TestProject): () => Promise<void> {
  const { runFolder } = project.getProvidedContext()
  const done = begin(runFolder, 'nats', provide, 'natsNewest')
  return () => done
}
