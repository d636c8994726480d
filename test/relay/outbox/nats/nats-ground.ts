import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Clock } from '../../../../packages/relay/src/clock.ts'
import { type NatsOutboxOptions, openNatsOutbox } from '../../../../packages/relay/src/outbox/nats/nats.ts'
import { parseNatsUrl } from '../../../../packages/relay/src/outbox/nats/url.ts'
import { silentLog } from '../../../../packages/relay/src/telemetry/log.ts'
import { given } from '../../../support/given.ts'
import { type NatsServer, startNatsServer } from '../../../support/nats-server.ts'

const nats = await given('nats')

let projects = 0
/** Its own streams for each test: to remove streams and make them anew is what this server's version does not survive. */
export const freshProject = (): string => {
  projects += 1
  return `test-${projects}`
}

/** A real server for the tests of one file. Where there is none, each test says why it did not run. */
export const useNatsServer = (): (() => NatsServer) => {
  let server: NatsServer
  beforeAll(async () => {
    if ('path' in nats) server = await startNatsServer({ program: nats.path })
  })
  afterAll(() => server?.dispose())
  beforeEach(({ skip }) => {
    if ('missing' in nats) skip(nats.missing)
  })
  return () => server
}

export type OpenOptions = Partial<NatsOutboxOptions> & { clock: Clock; query?: string }

export const openOn = ({ host }: { host: string }, { query = '', ...options }: OpenOptions) =>
  openNatsOutbox({
    settings: parseNatsUrl(`nats://${host}?${query}`),
    projectId: freshProject(),
    log: silentLog,
    ...options,
  })
