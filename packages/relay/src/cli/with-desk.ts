import { createDesk, type Desk, type LetterPage, type LetterView } from '../admin/desk.ts'
import { systemClock } from '../clock.ts'
import { resolveOptions } from '../options.ts'
import { openOutbox } from '../outbox/open-outbox.ts'
import type { EraseStep, Fate } from '../outbox/outbox.ts'
import { openSealing } from '../seal/open-sealing.ts'
import { silentLog } from '../telemetry/log.ts'
import { type AdminClient, findAdmin, isStatus } from './admin-client.ts'
import type { Configuration, Reach } from './configuration.ts'
import { CommandFailed } from './failure.ts'

/** Does the work at the desk of the relay that runs; the outbox is opened only when none does. */
export const withDesk = async <T>(
  { listen, adminToken, configuration }: Reach,
  work: (desk: Desk) => Promise<T>,
): Promise<T> => {
  const admin = await findAdmin(listen, adminToken)
  if (admin) return work(remoteDesk(admin))
  const settings = resolveOptions(ofStopped(listen, configuration).relay)
  const seams = { clock: systemClock, log: silentLog, onFatal: () => {} }
  const sealing = openSealing(settings, seams)
  const outbox = await openOutbox(settings, { ...seams, sealing })
  try {
    return await work(createDesk({ outbox, sealing }))
  } finally {
    await outbox.close()
  }
}

/** Who has set too little to open an outbox may well have meant a relay that runs. */
const ofStopped = (
  { adminHost, adminPort }: Reach['listen'],
  configuration: () => Configuration,
): Configuration => {
  try {
    return configuration()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const where = `no relay answers on ${adminHost}:${adminPort}`
    throw new TypeError(`${where}, and its outbox cannot be opened: ${error.message}`, { cause: error })
  }
}

const queryOf = (params: Record<string, string | number | undefined>): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) if (value !== undefined) query.set(name, String(value))
  return query.size > 0 ? `?${query}` : ''
}

// The relay's own answers: what it wrote is what is read.
const isPage = (value: unknown): value is LetterPage =>
  typeof value === 'object' && value !== null && 'deadLetters' in value && Array.isArray(value.deadLetters)
const isView = (value: unknown): value is LetterView =>
  typeof value === 'object' && value !== null && 'nonce' in value && 'code' in value
const isFate = (value: unknown): value is Fate =>
  typeof value === 'object' && value !== null && 'state' in value

const isStep = (value: unknown): value is EraseStep =>
  typeof value === 'object' && value !== null && 'looked' in value && 'underWay' in value

const remoteDesk = ({ call }: AdminClient): Desk => {
  const at = (nonce: string) => `/api/dead-letters/${encodeURIComponent(nonce)}`
  return {
    async list(filter) {
      const page = await call('GET', `/api/dead-letters${queryOf(filter)}`)
      return isPage(page) ? page : { deadLetters: [] }
    },
    async show(nonce, { kind, reveal }) {
      const view = await call('GET', at(nonce) + queryOf({ kind, reveal: reveal ? 1 : undefined }))
      return isView(view) ? view : undefined
    },
    redrive: async (nonce, kind) =>
      (await call('POST', `${at(nonce)}/redrive${queryOf({ kind })}`)) !== undefined,
    drop: async (nonce, kind) => (await call('DELETE', at(nonce) + queryOf({ kind }))) !== undefined,
    async buried() {
      const status = await call('GET', '/api/status')
      return isStatus(status) ? (status.ledger?.buried ?? 0) : 0
    },
    async erase({ person, ...rest }) {
      const step = await call('POST', '/api/erase', { ...person, ...rest })
      if (!isStep(step))
        throw new CommandFailed('the relay that runs knows no erasure: it is of an older version')
      return step
    },
    async fate(nonce, kind) {
      const fate = await call('GET', `/api/items/${encodeURIComponent(nonce)}${queryOf({ kind })}`)
      return isFate(fate) ? fate : undefined
    },
  }
}
