import type { ServerFacts } from './durability.ts'

type Varz = {
  server_name?: unknown
  version?: unknown
  jetstream?: { config?: { sync_always?: unknown } }
}

const READ_MS = 5_000

/** What a server's monitoring endpoint says. Rejects when it does not answer as one does. */
export const readMonitor = async (url: string): Promise<ServerFacts> => {
  const answer = await fetch(`${url}/varz`, { signal: AbortSignal.timeout(READ_MS), redirect: 'error' })
  const varz: Varz = JSON.parse(await answer.text())
  const { server_name: name, version, jetstream } = varz
  if (typeof name !== 'string' || typeof version !== 'string')
    throw new Error(`${url} does not answer as a NATS server's monitoring endpoint`)
  return { name, version, syncAlways: jetstream?.config?.sync_always === true }
}
