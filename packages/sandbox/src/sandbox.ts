import { join } from 'node:path'
import type { Commands } from './control/commands.ts'
import { type Resolved, resolveOptions, type SandboxOptions } from './options.ts'
import { listen } from './server.ts'
import type { OpenDatabase } from './storage/database.ts'
import { openEmbedded, openPostgres } from './storage/open.ts'

export type Sandbox = Commands & {
  /** Where the page is, `http://127.0.0.1:8789`. */
  readonly url: string
  /** Base of the API, `http://127.0.0.1:8789/api/v1`. */
  readonly api: string
  /** Base of the OAuth server, `http://127.0.0.1:8789/oidc`. */
  readonly oauth: string
  /** Absolute path of the service account's key file. */
  readonly credentials: string
  readonly projectId: string
  /** Takes no more requests, finishes those under way, closes the storage. */
  stop(): Promise<void>
}

const openStorage = ({ databaseUrl, dataDir }: Resolved): Promise<OpenDatabase> =>
  databaseUrl === undefined ? openEmbedded(join(dataDir, 'db')) : openPostgres(databaseUrl)

/**
 * Starts a sandbox: the whole upstream in this process, listening when it resolves.
 *
 * The port comes first (decision 9): requests that come early wait for their answer, and Node, with a socket to wait
 * for, does not wait for the engine's last compilation before it goes on.
 *
 * @throws TypeError for an option that is wrong; what the system says when port, folder or database cannot be had
 */
export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const resolved = resolveOptions(options)
  const listening = await listen(resolved.port, resolved.host)
  try {
    const [storage, { run }] = await Promise.all([openStorage(resolved), import('./run.ts')])
    return await run(resolved, storage, listening)
  } catch (cause) {
    await listening.close()
    throw cause
  }
}
