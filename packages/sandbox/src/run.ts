import express, { type Express } from 'express'
import { destination, type Logger, pino } from 'pino'
import { createCommands } from './control/commands.ts'
import { createControl } from './control/routes.ts'
import { createBoard } from './faults/board.ts'
import { createGate } from './faults/gate.ts'
import { type Ground, prepareGround } from './ground.ts'
import { createHandlers } from './handlers.ts'
import { answerUnknownRoute, createErrorAnswer } from './http/answer-errors.ts'
import { createApi } from './http/api.ts'
import { createIngestion } from './ingest/ingestion.ts'
import { createLane } from './lane.ts'
import { createAnnouncer } from './live/announcer.ts'
import { createStream } from './live/stream.ts'
import { createAccessTokens } from './oauth/access-tokens.ts'
import { createOidc } from './oauth/oidc.ts'
import { openSigningKey } from './oauth/signing-key.ts'
import type { Resolved } from './options.ts'
import { createPage } from './page/page.ts'
import { createProjectGuard } from './projects/find.ts'
import type { Sandbox } from './sandbox.ts'
import type { Listening } from './server.ts'
import type { OpenDatabase } from './storage/database.ts'

/** Builds the parts in the order they need each other. */
const assemble = async (
  resolved: Resolved,
  { db, credentials, upkeep }: Ground,
  url: string,
  log: Logger,
) => {
  const { settings, now, project: projectId, apiPaths: paths } = resolved
  const issuer = `${url}/oidc`
  const key = await openSigningKey(db)
  const tokens = createAccessTokens({ issuer, key, settings, now })
  const [board, lane, announcer] = [createBoard(), createLane(), createAnnouncer()]
  const ingestion = createIngestion({ db, lane, settings, now, board, announcer, log, upkeep })
  const commands = createCommands({
    db,
    credentials,
    projectId,
    settings,
    board,
    lane,
    announcer,
    tokens,
    now,
  })
  const heard = ({ id }: { id: string }) => announcer.announce({ kind: 'interaction', id })
  const assertProject = createProjectGuard(db)
  const handlers = createHandlers({ db, assertProject, lane, settings, ingestion, now, heard })
  const app: Express = express()
    .disable('x-powered-by')
    .set('etag', false)
    .use('/oidc/token', createGate(board, 'token', now))
    .use('/oidc', createOidc({ db, issuer, key, tokens, now }))
    .use('/api/v1', createApi({ assertProject, settings, tokens, board, paths, handlers, now }))
    .use('/__sandbox', createControl({ commands, settings, board, stream: createStream(announcer) }))
    .use(createPage())
    .use(answerUnknownRoute)
    .use(createErrorAnswer(log))
  return { app, ingestion, commands }
}

const serve = async (resolved: Resolved, ground: Ground, listening: Listening): Promise<Sandbox> => {
  const { url } = listening
  const log = pino({ level: resolved.logLevel, base: null }, destination(2))
  const { app, ingestion, commands } = await assemble(resolved, ground, url, log)
  listening.serve(app)
  ingestion.start()
  log.info({ url, projectId: resolved.project }, 'sandbox listens')
  const stop = async (): Promise<void> => {
    await listening.close()
    await ingestion.stop()
    await ground.close()
  }
  const { credentials } = ground
  return {
    ...commands,
    url,
    api: `${url}/api/v1`,
    oauth: `${url}/oidc`,
    credentials,
    projectId: resolved.project,
    stop,
  }
}

/** Runs a sandbox on an open storage, which it closes when it stops or cannot start. */
export const run = async (
  resolved: Resolved,
  storage: OpenDatabase,
  listening: Listening,
): Promise<Sandbox> => {
  try {
    return await serve(resolved, await prepareGround(storage, resolved), listening)
  } catch (cause) {
    await storage.close()
    throw cause
  }
}
