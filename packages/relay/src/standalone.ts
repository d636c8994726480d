import type { Server } from 'node:http'
import express, { type Express, type RequestHandler } from 'express'
import { COLLECT_PATH, isForCollect } from './collect/router.ts'
import { createAppServer, type Shortcut } from './http/app-server.ts'
import { type Listener, listen } from './http/listen.ts'
import { notFound } from './http/problem-handler.ts'
import type { Relay } from './relay.ts'

export type ListenOptions = {
  host: string
  port: number
  /** Prefix of the public routes. */
  basePath: string
  adminHost: string
  adminPort: number
  /** Served on the public listener beside the relay. */
  beside?: RequestHandler
}

export interface Standalone {
  public: Listener
  admin: Listener
  /** Unready → stop accepting → finish commits → close. */
  stop(): Promise<void>
}

/**
 * A relay on two listeners of its own. The relay is started first: a port in use must not leave it half open.
 * Rejects with what the outbox or the sockets threw.
 */
export const startStandalone = async (relay: Relay, options: ListenOptions): Promise<Standalone> => {
  await relay.start()
  const open: Listener[] = []
  const stop = async () => {
    const stopped = relay.stop()
    await Promise.all([...open.map((listener) => listener.close()), stopped])
  }
  const bind = async (server: Server, host: string, port: number): Promise<Listener> => {
    const listener = await listen(server, host, port)
    open.push(listener)
    return listener
  }
  try {
    const main = bareApp().use(options.basePath, relay.router)
    if (options.beside) main.use(options.beside)
    return {
      admin: await bind(createAppServer(bareApp().use(relay.admin)), options.adminHost, options.adminPort),
      public: await bind(
        createAppServer(main.use(notFound), collectBelow(options.basePath, relay)),
        options.host,
        options.port,
      ),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const collectBelow = (basePath: string, { collect }: Relay): Shortcut => {
  const path = `${basePath.replace(/\/+$/, '')}${COLLECT_PATH}`
  return (req, res) => {
    if (!isForCollect(req, path)) return false
    void collect(req, res)
    return true
  }
}

/** Express without what the relay does by itself. */
const bareApp = (): Express =>
  express().disable('x-powered-by').disable('etag').set('query parser', false).set('trust proxy', false)
