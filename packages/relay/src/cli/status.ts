import { type AdminClient, isStatus } from './admin-client.ts'
import { CommandFailed } from './failure.ts'
import type { Term } from './term.ts'

/** What the relay that runs says of itself. */
export const showStatus = async (admin: AdminClient | undefined, term: Term, json: boolean) => {
  const status = await admin?.call('GET', '/api/status')
  if (!isStatus(status)) throw new CommandFailed('no relay answers on the admin listener')
  if (json) return term.out(JSON.stringify(status))
  const { projectId, ready, problem, ledger } = status
  term.out(`${projectId}: ${ready ? 'ready' : `not ready: ${problem ?? 'starting'}`}`)
  for (const [name, count] of Object.entries(ledger ?? {})) term.out(`${name.padEnd(12)}${count}`)
}
