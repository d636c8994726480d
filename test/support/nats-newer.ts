import type { TestProject } from 'vitest/node'
import { ensureNewerNats } from './nats-programs.ts'
import { begin } from './provisions.ts'

const provide = async () => {
  const newer = await ensureNewerNats()
  process.stdout.write(
    'missing' in newer
      ? `the tests on NATS JetStream are skipped: ${newer.missing}\n`
      : `the tests on NATS JetStream run on nats-server ${newer.version}\n`,
  )
  return newer
}

/** vitest global setup: all tests on NATS JetStream run on a server of 2.10 or later. */
export default function setup(project: TestProject): () => Promise<void> {
  const { runFolder } = project.getProvidedContext()
  const done = begin(runFolder, 'nats', provide, 'natsNewer')
  return () => done
}
