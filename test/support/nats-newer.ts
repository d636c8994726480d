import type { TestProject } from 'vitest/node'
import { ensureNewerNats } from './nats-programs.ts'

/** vitest global setup: all tests on NATS JetStream run on a server of 2.10 or later. */
export default function setup({ provide }: TestProject): void {
  const newer = ensureNewerNats()
  if ('missing' in newer) process.stdout.write(`the tests on NATS JetStream are skipped: ${newer.missing}\n`)
  else process.stdout.write(`the tests on NATS JetStream run on nats-server ${newer.version}\n`)
  provide('nats', newer)
  provide('natsNewer', newer)
}
