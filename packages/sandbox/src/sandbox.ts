import { mkdir } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join, resolve } from 'node:path'
import express from 'express'
import { destination, type Logger, pino } from 'pino'
import { type EventFilter, type InspectedEvent, inspectEvents } from './control/inspect.ts'
import { emptyTables } from './control/reset.ts'
import { createControl } from './control/routes.ts'
import { listEventTypes } from './event-types/list.ts'
import { findEventType, showEventType } from './event-types/read.ts'
import { createEventRoutes } from './events/routes.ts'
import { createBoard, type Posted } from './faults/board.ts'
import type { Fault } from './faults/fault.ts'
import { createGate } from './faults/gate.ts'
import { answerUnknownRoute, createErrorAnswer } from './http/answer-errors.ts'
import { createApi } from './http/api.ts'
import { createIngestion } from './ingest/ingestion.ts'
import { queryInsights } from './insights/query.ts'
import { createOfflineInteraction } from './interactions/create.ts'
import { createLane } from './lane.ts'
import { createAccessTokens } from './oauth/access-tokens.ts'
import { createOidc } from './oauth/oidc.ts'
import { revokeKeys } from './oauth/revoke.ts'
import { openSigningKey } from './oauth/signing-key.ts'
import { type Resolved, resolveOptions, type SandboxOptions } from './options.ts'
import { seedProject } from './seed/seed.ts'
import { ensureKeyFile } from './seed/service-account.ts'
import { openEmbedded, openPostgres } from './storage/database.ts'

export type Sandbox = {
  /** Base of the API, `http://127.0.0.1:8789/api/v1`. */
  readonly api: string
  /** Base of the OAuth server, `http://127.0.0.1:8789/oidc`. */
  readonly oauth: string
  /** Path of the service account's key file. */
  readonly credentials: string
  readonly projectId: string
  /** Where the page is. */
  readonly url: string
  /** Events received, newest first. */
  events(filter?: EventFilter): Promise<readonly InspectedEvent[]>
  /** Puts up a fault, or does it at once. */
  fault(fault: Fault): Promise<Posted | undefined>
  /** Takes all faults down and goes back to the project as it was made. Credentials and tokens stay good. */
  reset(): Promise<void>
  stop(): Promise<void>
}

const createLog = (level: string): Logger => pino({ level, base: null }, destination(2))

const listen = (server: Server, port: number, host: string): Promise<string> =>
  new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      const address = server.address()
      const taken = typeof address === 'object' && address ? address.port : port
      done(`http://${host.includes(':') ? `[${host}]` : host}:${taken}`)
    })
  })

const close = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.close(() => done())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 1000).unref()
  })

/** Opens the storage, makes what the first start makes, and returns both. */
const openGround = async ({ dataDir, databaseUrl, project, now }: Resolved) => {
  await mkdir(dataDir, { recursive: true })
  const storage = databaseUrl ? await openPostgres(databaseUrl) : await openEmbedded(join(dataDir, 'db'))
  const credentials = resolve(dataDir, 'service-account.json')
  await seedProject(storage.db, project, new Date(now()))
  await ensureKeyFile(storage.db, credentials)
  return { ...storage, credentials }
}

/**
 * Starts a sandbox: the whole upstream in this process, listening when it resolves.
 *
 * @throws TypeError for an option that is wrong; what the system says when port, folder or database cannot be had
 */
export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const resolved = resolveOptions(options)
  const { settings, now, project: projectId } = resolved
  const log = createLog(resolved.logLevel)
  const { db, close: closeStorage, credentials } = await openGround(resolved)
  const server = createServer()
  const url = await listen(server, resolved.port, resolved.host)
  const oauth = `${url}/oidc`
  const key = await openSigningKey(db)
  const tokens = createAccessTokens({ issuer: oauth, key, settings, now })
  const board = createBoard()
  const lane = createLane()
  const ingestion = createIngestion({
    ...{ db, lane, settings, now },
    silentTrash: () => board.strikeEvent(),
    heard: () => {},
    failed: (cause) => log.error({ err: cause }, 'ingestion failed; it tries again'),
  })

  const fault: Sandbox['fault'] = async (asked) => {
    if (asked.kind === 'expire-tokens') return void tokens.expireAll()
    if (asked.kind === 'revoke-key') return void (await revokeKeys(db, new Date(now())))
    return board.post(asked)
  }

  const reset = (): Promise<void> =>
    lane(async () => {
      board.clear()
      await emptyTables(db)
      await seedProject(db, projectId, new Date(now()))
    })

  const handlers = {
    ...createEventRoutes({ db, settings, ingestion }),
    listEventTypes: listEventTypes(db),
    getEventType: async ({
      params: { projectId: id = '', reference = '' },
    }: {
      params: Readonly<Record<string, string>>
    }) => showEventType(await findEventType(db, id, reference)),
    queryInsights: queryInsights(db, settings),
    createOfflineInteraction: createOfflineInteraction({ db, lane, settings, now, heard: () => {} }),
  }
  const app = express()
    .disable('x-powered-by')
    .set('etag', false)
    .use('/oidc/token', createGate(board, 'token', now))
    .use('/oidc', createOidc({ db, issuer: oauth, key, tokens, now }))
    .use('/api/v1', createApi({ db, settings, tokens, board, paths: resolved.apiPaths, handlers, now }))
    .use('/__sandbox', createControl({ db, projectId, settings, board, fault, reset }))
    .use(answerUnknownRoute)
    .use(createErrorAnswer(log))
  server.on('request', app)
  ingestion.start()
  log.info({ url, projectId }, 'sandbox listens')

  const stop = async (): Promise<void> => {
    await close(server)
    await ingestion.stop()
    await closeStorage()
  }

  return {
    ...{ api: `${url}/api/v1`, oauth, credentials, projectId, url, fault, reset, stop },
    events: (filter = {}) => inspectEvents(db, projectId, filter),
  }
}
