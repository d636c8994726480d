import type { Clock } from '../clock.ts'
import type { Log } from '../telemetry/log.ts'
import type { Authorized } from './authorized.ts'
import * as gates from './gate.ts'
import { type ProbeVerdict, probeVerdictOf } from './probe-verdict.ts'
import type { Requests } from './request.ts'
import type { ParkCode } from './verdict.ts'

/** Whether anything at all may be delivered for the project, and the probes that find out. */
export interface Project {
  gate(): gates.Gate
  /** Credential or address are refused: park everything, raise the alarm once. */
  park(code: ParkCode): void
  /** A lane was answered as by a stranger: probe whether that holds for the whole project. */
  suspect(): void
  /** A delivery was answered by the API. */
  passed(): void
  /** The credential was replaced: try at once. */
  renewed(): void
  probing(): boolean
  probes(): number
  stop(): void
}

export type ProjectOptions = {
  authorized: Authorized
  requests: Requests
  clock: Clock
  random: () => number
  log: Log
  /** The gate opened, or lets one through. */
  onOpening: () => void
  /** The gate closed. */
  onParked: () => void
}

export const createProject = (options: ProjectOptions): Project => {
  const { clock, random, log, onOpening, onParked } = options
  let gate = gates.OPEN
  let probing = false
  let probes = 0
  /** Counts replacements of the credential: a probe begun before one proves nothing after it. */
  let credential = 0
  let stopped = false
  let callOff = () => {}

  const arm = () => {
    callOff()
    const dueAt = gates.gateDueAt(gate)
    if (dueAt !== undefined && !stopped) callOff = clock.after(dueAt - clock.now(), () => void probe())
  }
  const close = (next: gates.Gate) => {
    gate = next
    arm()
    onParked()
  }
  const park = (code: ParkCode) => {
    if (stopped || gate.state === 'parked') return
    if (gate.state === 'open') log.error({ code }, 'forwarding is parked: the upstream refuses this project')
    close(gates.park(gate, code, clock.now(), random))
  }
  const tryOne = () => {
    callOff()
    gate = gates.tryOne(gate)
    onOpening()
  }
  const heed = (verdict: ProbeVerdict) => {
    if (gate.state !== 'parked') return verdict.type === 'parks' ? park(verdict.code) : undefined
    if (verdict.type === 'passes') return tryOne()
    const code = verdict.type === 'parks' ? verdict.code : gate.code
    return close(gates.parkLonger(gate, code, clock.now(), random))
  }
  const probe = async () => {
    if (probing || stopped) return
    probing = true
    probes += 1
    const begun = credential
    const verdict = await askForEventTypes(options)
    probing = false
    if (!stopped && begun === credential) heed(verdict)
  }

  return {
    gate: () => gate,
    park,
    suspect: () => void (gate.state === 'open' && probe()),
    passed() {
      if (gate.state !== 'trial') return
      log.info({ code: gate.code, parkedMs: clock.now() - gate.since }, 'forwarding goes on')
      gate = gates.passed(gate)
      onOpening()
    },
    renewed() {
      credential += 1
      if (gate.state === 'parked') tryOne()
    },
    probing: () => probing,
    probes: () => probes,
    stop() {
      stopped = true
      callOff()
    },
  }
}

const askForEventTypes = async ({ authorized, requests }: ProjectOptions): Promise<ProbeVerdict> => {
  const credential = await authorized.token()
  if (credential.kind === 'no-token') return { type: 'parks', code: credential.code }
  const outcome = await authorized.call(requests.probe(), credential.token)
  return outcome.kind === 'no-token' ? { type: 'parks', code: outcome.code } : probeVerdictOf(outcome)
}
