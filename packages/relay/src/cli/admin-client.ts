import type { Status } from '../admin/status.ts'
import type { ListenOptions } from '../standalone.ts'
import { CommandFailed } from './failure.ts'

const DEADLINE_MS = 10_000

/** The admin listener of a relay that runs. */
export interface AdminClient {
  /** Undefined when nothing is found under the path. */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>
}

/** Undefined when no relay listens there. Rejects with CommandFailed when it refuses us. */
export const findAdmin = async (
  listen: ListenOptions,
  token: string | undefined,
): Promise<AdminClient | undefined> => {
  const host = listen.adminHost === '0.0.0.0' || listen.adminHost === '::' ? '127.0.0.1' : listen.adminHost
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${listen.adminPort}`
  const headers = { 'wmkt-admin': '1', ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  const client: AdminClient = {
    async call(method, path, body) {
      const response = await fetch(base + path, {
        method,
        headers,
        signal: AbortSignal.timeout(DEADLINE_MS),
        ...(body && { body: JSON.stringify(body) }),
      })
      if (response.status === 404) return undefined
      if (!response.ok)
        throw new CommandFailed(`the relay answered ${response.status}: ${await response.text()}`)
      return response.json()
    },
  }
  const status = await client.call('GET', '/api/status').catch((error: unknown) => {
    if (isRefused(error)) return undefined
    throw error instanceof CommandFailed
      ? error
      : new CommandFailed(`${base} does not answer: ${causeOf(error)}`)
  })
  return isStatus(status) ? client : undefined
}

const isRefused = (error: unknown): boolean =>
  error instanceof TypeError &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'ECONNREFUSED'

const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

// The relay's own answer: what it wrote is what is read.
export const isStatus = (value: unknown): value is Status =>
  typeof value === 'object' && value !== null && 'projectId' in value && 'ready' in value
