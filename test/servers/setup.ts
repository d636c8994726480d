import type { TestProject } from 'vitest/node'
import { ensureWebServer, type WebServer } from '../support/engines.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where each web server's program is; one that is not to be had here is not named. */
    webServers: Partial<Record<WebServer, string>>
  }
}

/** vitest global setup: nginx and Caddy, installed first where the machine lacks them and can. */
export default async function setup({ provide }: TestProject): Promise<void> {
  const found: Partial<Record<WebServer, string>> = {}
  for (const server of ['nginx', 'caddy'] as const) {
    const program = await ensureWebServer(server)
    if (program) found[server] = program
    else
      process.stdout.write(`the relay behind ${server} is skipped: it is not here, and cannot be installed\n`)
  }
  provide('webServers', found)
}
