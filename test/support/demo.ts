import { join } from 'node:path'
import type { SandboxEvent } from './chain.ts'
import { freePort, startChild } from './child.ts'
import { ROOT } from './sources.ts'
import { tempFolder } from './temp-folder.ts'

export type Demo = {
  readonly port: number
  readonly url: string
  readonly sandboxUrl: string
  output(): string
  /** What the sandbox has received. */
  events(query?: string): Promise<SandboxEvent[]>
  end(): Promise<unknown>
}

/** `npm start` without its build, on free ports: the shop, or the site in this folder. */
export const startDemoChild = async (...folder: string[]): Promise<Demo> => {
  const [port, adminPort, sandboxPort] = [await freePort(), await freePort(), await freePort()]
  const child = startChild([join(ROOT, 'examples/shop/dist/start.js'), ...folder], {
    PORT: String(port),
    WMKT_ADMIN_PORT: String(adminPort),
    WMKT_SANDBOX_PORT: String(sandboxPort),
    WMKT_DATA_DIR: tempFolder('demo'),
  })
  await child.saw(/Press a button/)
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    sandboxUrl,
    output: child.output,
    events: async (query = '') => {
      const answer = await fetch(`${sandboxUrl}/__sandbox/events${query}`)
      return (await answer.json()) as SandboxEvent[]
    },
    end: () => child.end(),
  }
}
