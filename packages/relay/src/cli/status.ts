import type { Status } from '../admin/status.ts'
import type { GateStatus } from '../forward/status.ts'
import { type AdminClient, isStatus } from './admin-client.ts'
import { CommandFailed } from './failure.ts'
import { jsonOf, plain } from './plain.ts'
import type { Term } from './term.ts'

/** What the relay that runs says of itself. */
export const showStatus = async (admin: AdminClient | undefined, term: Term, json: boolean) => {
  const status = await admin?.call('GET', '/api/status')
  if (!isStatus(status)) throw new CommandFailed('no relay answers on the admin listener')
  if (json) return term.out(jsonOf(status))
  for (const [name, value] of linesOf(status)) term.out(`${name.padEnd(12)}${plain(String(value))}`)
}

const linesOf = ({ projectId, ready, problem, ledger, backlog, forward, credential, now }: Status) => {
  const stopped = forward?.lanes.filter(({ state }) => state !== 'running') ?? []
  const lines: [string, string | number | undefined][] = [
    ['project', projectId],
    ['collect', ready ? 'ready' : `not ready: ${problem ?? 'starting'}`],
    ['forward', forward && gateText(forward.project, now)],
    ['credential', credential && [credential.state, credential.problem].filter(Boolean).join(': ')],
    ...Object.entries(ledger ?? {}),
    ['oldest', backlog?.oldestAt && `${Math.round((now - backlog.oldestAt) / 1_000)} s`],
    ...stopped.map((lane): [string, string] => [
      'lane',
      `${lane.lane} ${gateText(lane, now)}, holds ${lane.held}`,
    ]),
  ]
  return lines.filter(([, value]) => value !== undefined)
}

const gateText = (gate: GateStatus, now: number): string => {
  const inSeconds = (at: number) => `${Math.max(0, Math.round((at - now) / 1_000))} s`
  switch (gate.state) {
    case 'running':
      return 'running'
    case 'paused':
      return `paused for ${inSeconds(gate.until)}`
    case 'parked':
      return `parked: ${gate.code}; tries again in ${inSeconds(gate.nextProbeAt)}`
    case 'trial':
      return `on trial after ${gate.code}`
  }
}
