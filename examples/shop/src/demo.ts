import { join } from 'node:path'
import { createClient, createServiceAccountTokens } from '@wmkt/api/client'
import { createRelay, type ListenOptions, startStandalone } from '@wmkt/relay'
import { configurationOf, gather } from '@wmkt/relay/cli'
import { type SandboxAddress, type SandboxProcess, startSandboxProcess } from './sandbox-process.ts'
import { createShop, type Fate } from './shop.ts'

type Variables = Readonly<Record<string, string | undefined>>

export type Demo = { url: string; adminUrl: string; sandboxUrl: string; stop(): Promise<void> }

/** What the demo sets where the environment says nothing: everything on loopback, the sandbox as upstream. */
const defaultsFor = (sandbox: SandboxAddress): Variables => ({
  HOST: '127.0.0.1',
  WMKT_PROJECT_ID: sandbox.projectId,
  WEBMARKETER_APPLICATION_CREDENTIALS: sandbox.credentials,
  WMKT_INTERACTIONS: 'origins',
  WMKT_DEBUG: 'on',
  WMKT_LOG_LEVEL: 'warn',
})

/** Where the sandbox listens is no matter of choice. */
const upstreamAt = (sandbox: SandboxAddress): Variables => ({
  WMKT_API_URL: sandbox.api,
  WMKT_OAUTH_URL: sandbox.oauth,
})

/** Asks the relay's admin listener, as a person would. */
const fateReader =
  ({ adminHost, adminPort }: ListenOptions, adminToken?: string) =>
  async (nonce: string): Promise<Fate | undefined> => {
    const url = `http://${adminHost}:${adminPort}/api/items/${encodeURIComponent(nonce)}`
    const answer = await fetch(url, adminToken ? { headers: { authorization: `Bearer ${adminToken}` } } : {})
    return answer.ok ? ((await answer.json()) as Fate) : undefined
  }

const startRelay = async (sandbox: SandboxAddress, env: Variables, folder?: string) => {
  const { relay: options, listen } = configurationOf(gather(upstreamAt(sandbox), env, defaultsFor(sandbox)))
  const tokens = createServiceAccountTokens({ keyFile: sandbox.credentials, oauthUrl: sandbox.oauth })
  const client = createClient({ apiUrl: sandbox.api, tokens, projectId: sandbox.projectId })
  const sandboxUrl = new URL('/', sandbox.api).href
  const dashboard = `http://${listen.adminHost}:${listen.adminPort}/`
  const links = { 'what the sandbox received': sandboxUrl, 'the relay’s dashboard': dashboard }
  const shop = createShop({ fateOf: fateReader(listen, options.adminToken), client, links, folder })
  const standalone = await startStandalone(createRelay(options), { ...listen, beside: shop })
  return { standalone, sandboxUrl, stopTokens: tokens.stop }
}

/**
 * The main job on this machine: the sandbox in a process of its own, the relay with an LMDB outbox, and a demo shop on
 * one origin. `onSandboxExit` hears when the sandbox ends unasked; `folder` holds another site to show in the shop's place.
 */
export const startDemo = async (
  env: Variables,
  onSandboxExit: (code: number | null) => void,
  folder?: string,
): Promise<Demo> => {
  const dataDir = env.WMKT_DATA_DIR || './data'
  const sandbox: SandboxProcess = await startSandboxProcess({
    port: Number(env.WMKT_SANDBOX_PORT || 8789),
    dataDir: join(dataDir, 'sandbox'),
    onExit: onSandboxExit,
  })
  try {
    const { standalone, sandboxUrl, stopTokens } = await startRelay(sandbox.address, env, folder)
    return {
      url: `${standalone.public.url}/`,
      adminUrl: `${standalone.admin.url}/`,
      sandboxUrl,
      stop: async () => {
        await standalone.stop()
        stopTokens()
        await sandbox.stop()
      },
    }
  } catch (error) {
    await sandbox.stop()
    throw error
  }
}
