import { join } from 'node:path'
import type { SandboxEvent } from './chain.ts'
import { QUICK_DATABASE, startChild } from './child.ts'
import { freePort } from './free-port.ts'
import { fillSandboxFolder } from './sandbox-folder.ts'
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

type DemoOptions = {
  /** The site to show in the shop's place. */
  readonly folder?: string
  /** Start on a data folder with nothing in it, as on a fresh clone; else on one with an empty sandbox, which is quicker. */
  readonly fresh?: boolean
}

/** `npm start` without its build, on free ports. */
export const startDemoChild = async ({ folder, fresh = false }: DemoOptions = {}): Promise<Demo> => {
  const dataDir = tempFolder('demo')
  if (!fresh) await fillSandboxFolder(join(dataDir, 'sandbox'))
  const [port, adminPort, sandboxPort] = [await freePort(), await freePort(), await freePort()]
  const child = startChild(
    [QUICK_DATABASE, join(ROOT, 'examples/shop/dist/start.js'), ...(folder ? [folder] : [])],
    {
      PORT: String(port),
      WMKT_ADMIN_PORT: String(adminPort),
      WMKT_SANDBOX_PORT: String(sandboxPort),
      WMKT_DATA_DIR: dataDir,
    },
  )
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
