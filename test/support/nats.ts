import type { TestProject } from 'vitest/node'
import { ensureNats, ensureNewerNats, type NatsProgram } from './nats-programs.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server that the tests on NATS JetStream run on. */
    nats: NatsProgram
    /** One of 2.10 or later, for what older ones do not have. */
    natsNewer: NatsProgram
  }
}

/** vitest global setup: nats-servers, fetched first when the machine lacks them and can. */
export default function setup({ provide }: TestProject): void {
  const [nats, newer] = [ensureNats(), ensureNewerNats()]
  if ('missing' in nats) process.stdout.write(`the tests on NATS JetStream are skipped: ${nats.missing}\n`)
  if ('missing' in newer)
    process.stdout.write(`the tests on a newer NATS JetStream are skipped: ${newer.missing}\n`)
  provide('nats', nats)
  provide('natsNewer', newer)
}
