import type { TestProject } from 'vitest/node'
import { ensureNats, ensureNewerNats } from './nats-programs.ts'
import { begin } from './provisions.ts'

const told = <T extends object>(which: string, found: T): T => {
  if ('missing' in found)
    process.stdout.write(`the tests on ${which} NATS JetStream are skipped: ${found.missing}\n`)
  return found
}

/** vitest global setup: nats-servers, fetched first when the machine lacks them and can. */
export default function setup(project: TestProject): () => Promise<void> {
  const { runFolder } = project.getProvidedContext()
  const own = begin(runFolder, 'nats', async () => told('a', await ensureNats()))
  // The machine's own may be new enough: it is waited for before another is fetched.
  const newer = begin(runFolder, 'natsNewer', async () => {
    await own
    return told('a newer', await ensureNewerNats())
  })
  return () => newer
}
