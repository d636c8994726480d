import type { Server } from 'node:http'
import type { TokenSource } from '@wmkt/api/client'
import express, { type Express } from 'express'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../packages/relay/src/clock.ts'
import { createAppServer } from '../../packages/relay/src/http/app-server.ts'
import { listen } from '../../packages/relay/src/http/listen.ts'
import { notFound } from '../../packages/relay/src/http/problem-handler.ts'
import type { RelayOptions } from '../../packages/relay/src/options.ts'
import type { LocalOutbox } from '../../packages/relay/src/outbox/outbox.ts'
import { createRelay, type Relay, type RelaySeams } from '../../packages/relay/src/relay.ts'
import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { createMemoryOutbox } from './memory-outbox.ts'
import { tempFolder } from './temp-folder.ts'

/** A credential that never comes: nothing leaves for an upstream. */
const noTokens: TokenSource = {
  token: () => new Promise(() => {}),
  renew: () => new Promise(() => {}),
  onChange: () => () => {},
  health: () => ({ kind: 'static', state: 'idle' }),
  stop: () => {},
}

export type RunningRelay = { relay: Relay; outbox: LocalOutbox; url: string; adminUrl: string }

export type RelayRig = {
  options?: Partial<RelayOptions>
  seams?: RelaySeams
  outbox?: LocalOutbox
  /** The host's app, for the relay as a middleware. */
  host?: (app: Express) => Express
}

const serve = async (server: Server): Promise<string> => {
  const listener = await listen(server, '127.0.0.1', 0)
  onTestFinished(() => listener.close(100))
  return listener.url
}

/** A relay on real sockets over a memory outbox; it ends with the test. */
export const startRelay = async (rig: RelayRig = {}): Promise<RunningRelay> => {
  const outbox = rig.outbox ?? createMemoryOutbox({ clock: systemClock })
  // No event types can be read from nowhere.
  const nowhere = { apiUrl: 'http://127.0.0.1:9/api/v1', validation: 'off' as const, settlement: false }
  const options = { projectId: 'demo-shop', accessToken: 'a.b.c', dataDir: tempFolder('relay'), ...nowhere }
  const relay = createRelay(
    { ...options, ...rig.options },
    { log: silentLog, tokens: noTokens, openOutbox: async () => outbox, stopMs: 50, ...rig.seams },
  )
  await relay.start()
  onTestFinished(() => relay.stop())
  const app = (rig.host ?? ((bare) => bare))(express())
  const url = await serve(createAppServer(app.use(relay.router).use(notFound)))
  const adminUrl = await serve(createAppServer(express().use(relay.admin)))
  return { relay, outbox, url, adminUrl }
}
