import { createServer } from 'node:http'
import { join } from 'node:path'
import { type Child, QUICK_DATABASE, startChild } from './child.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { makeDataDir } from './sandbox-folder.ts'
import { ROOT } from './sources.ts'

type Address = { api: string; oauth: string; credentials: string; projectId: string }

/** What the sandbox's control API tells of an event. */
export type SandboxEvent = {
  id: string
  nonce: string
  eventType: string
  eventDate: string
  trackerId: string | null
  status: 'accepted' | 'computed' | 'trashed'
  receptions: number
}

const json = async <T>(url: string, init?: RequestInit): Promise<T> => {
  const answer = await fetch(url, init)
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return answer.json() as Promise<T>
}

type Interaction = { userData: Record<string, unknown> }

/** The sandbox tells a thousand at a time. */
const allPages = async (url: string): Promise<Interaction[]> => {
  const all: Interaction[] = []
  for (;;) {
    const page = await json<Interaction[]>(`${url}?offset=${all.length}`)
    all.push(...page)
    if (page.length < 1_000) return all
  }
}

/** The sandbox in a process of its own, on a folder of its own. */
export const startSandboxChild = async () => {
  const dataDir = await makeDataDir()
  const port = await freePort()
  const args = [
    QUICK_DATABASE,
    join(ROOT, 'packages/sandbox/bin/wmkt-sandbox.js'),
    '--port',
    String(port),
    '--data-dir',
    dataDir,
  ]
  const child = startChild(args)
  const address: Address = JSON.parse((await child.saw(/^\{"api".*\}$/m))[0])
  const control = `http://127.0.0.1:${port}/__sandbox`
  return {
    ...address,
    child,
    events: (query = '') => json<SandboxEvent[]>(`${control}/events${query}`),
    interactions: () => allPages(`${control}/interactions`),
    fault: (fault: object) =>
      json(`${control}/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      }),
    /** How many requests the standing faults have struck. */
    struck: async () =>
      (await json<{ struck: number }[]>(`${control}/faults`)).reduce((sum, { struck }) => sum + struck, 0),
    mend: () => json(`${control}/faults`, { method: 'DELETE' }),
    /** Writes a new key into the key file. */
    rotateKey: () => json(`${control}/keys`, { method: 'POST' }),
  }
}

export type SandboxChild = Awaited<ReturnType<typeof startSandboxChild>>

/** `wmkt-relay start` in a process of its own; `restart` comes back on the same port and folder. */
export const startRelayChild = async (
  sandbox: SandboxChild,
  dataDir: string,
  more: Record<string, string> = {},
) => {
  const [port, adminPort] = [await freePort(), await freePort()]
  const env = {
    HOST: '127.0.0.1',
    PORT: String(port),
    WMKT_ADMIN_PORT: String(adminPort),
    WMKT_PROJECT_ID: sandbox.projectId,
    WMKT_API_URL: sandbox.api,
    WMKT_OAUTH_URL: sandbox.oauth,
    WEBMARKETER_APPLICATION_CREDENTIALS: sandbox.credentials,
    WMKT_DATA_DIR: dataDir,
    WMKT_INTERACTIONS: 'origins',
    WMKT_ALLOWED_ORIGINS: '*',
    ...more,
  }
  const url = `http://127.0.0.1:${port}`
  const admin = `http://127.0.0.1:${adminPort}`
  let child: Child
  const begin = () => startChild([join(ROOT, 'packages/relay/bin/wmkt-relay.js'), 'start'], env)
  const up = async () => {
    child = begin()
    await eventually(
      async () => {
        const { status } = await fetch(`${url}/readyz`)
        if (status !== 200)
          throw new Error(`not ready: ${status}
${child.output()}`)
      },
      { timeout: 60_000, interval: 50 },
    )
  }
  await up()
  return {
    url,
    end: (signal?: NodeJS.Signals) => child.end(signal),
    restart: up,
    /** A second process with the same settings, beside the first. */
    begin,
    /** The second process is the relay from now on. */
    follow: (successor: Child) => {
      child = successor
    },
    pid: () => child.pid,
    output: () => child.output(),
    deadLetters: (query = '') =>
      json<{ deadLetters: { nonce: string; code: string }[] }>(`${admin}/api/dead-letters${query}`),
    status: () => json<{ ledger: Record<string, number>; forward?: unknown }>(`${admin}/api/status`),
    collect: (items: object[]) =>
      json<{ accepted: number; duplicates: number }>(`${url}/collect`, {
        method: 'POST',
        body: JSON.stringify({ v: 1, projectId: sandbox.projectId, sentAt: Date.now(), items }),
      }),
  }
}

export type RelayChild = Awaited<ReturnType<typeof startRelayChild>>

/** A site of its own origin whose one page carries the snippet, pointing at the relay. */
export const startSite = async (relayUrl: string) => {
  const port = await freePort()
  const page = `<!doctype html><title>site</title>
<script>window.wmkt=window.wmkt||function(){(wmkt.q=wmkt.q||[]).push(arguments)}</script>
<script async src="/tag.js" data-project="demo-shop" data-endpoint="${relayUrl}/collect"></script>`
  const tag = await fetch(`${relayUrl}/tag.js`).then((answer) => answer.text())
  const server = createServer((req, res) => {
    const script = req.url?.startsWith('/tag.js')
    res.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' }).end(script ? tag : page)
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
