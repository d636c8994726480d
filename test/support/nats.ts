import type { TestProject } from 'vitest/node'
import { aptInstall } from './engines.ts'
import { findNatsServer } from './nats-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Why the tests on a real nats-server cannot run here; undefined when they can. */
    natsMissing: string | undefined
  }
}

const isInstalled = (): boolean => findNatsServer() !== undefined

/** vitest global setup: a nats-server, installed first when the machine has none and can. */
export default function setup({ provide }: TestProject): void {
  const missing =
    isInstalled() || (aptInstall('nats-server') && isInstalled())
      ? undefined
      : 'no nats-server is found, and none can be installed here; NATS_SERVER_PATH may name one'
  if (missing) process.stdout.write(`the tests on NATS JetStream are skipped: ${missing}\n`)
  provide('natsMissing', missing)
}
