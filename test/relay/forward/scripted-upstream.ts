import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/** One answer to come. `cut` ends the connection instead: once the request is read, or within the answer. */
export type Step = {
  status?: number
  body?: string
  headers?: Record<string, string>
  delayMs?: number
  cut?: 'after-reading' | 'within-answer'
  /** The item is stored all the same, though the answer says otherwise or never comes. */
  store?: boolean
}

export type Seen = { key: string; at: number; path: string; authorization: string }

export interface ScriptedUpstream {
  readonly apiUrl: URL
  /** Requests in the order they came; `key` is the nonce of an event, the email of an interaction, `probe`. */
  readonly seen: Seen[]
  /** How many times each item was stored, the upstream not deduplicating. */
  readonly stored: Map<string, number>
  /** Answers to come for a key; when none is left, `fallback` decides. */
  script(key: string, steps: Step[]): void
  fallback(answer: (key: string, authorization: string, path: string) => Step): void
  /** Closes every connection, idle or not. */
  dropConnections(): void
  close(): Promise<void>
}

const keyOf = (request: IncomingMessage, body: string): string => {
  if (request.method === 'GET') return 'probe'
  const sent: { nonce?: string; userData?: { email?: string } } = JSON.parse(body)
  return sent.nonce ?? sent.userData?.email ?? '?'
}

/** A real HTTP server on a free port that answers by prescription. */
export const startScriptedUpstream = async (now: () => number): Promise<ScriptedUpstream> => {
  const seen: Seen[] = []
  const stored = new Map<string, number>()
  const scripts = new Map<string, Step[]>()
  let fallback = (_key: string, _authorization: string, _path: string): Step => ({})

  const answer = (response: ServerResponse, key: string, step: Step) => {
    const status = step.status ?? 200
    const success = status < 300 && step.cut === undefined
    if (key !== 'probe' && (step.store ?? (success && step.body === undefined)))
      stored.set(key, (stored.get(key) ?? 0) + 1)
    if (step.cut === 'after-reading') return response.socket?.destroy()
    response.writeHead(status, { 'content-type': 'application/json', ...step.headers })
    if (step.cut !== 'within-answer') return response.end(step.body ?? JSON.stringify(`id-${key}`))
    response.write('"id')
    return setTimeout(() => response.socket?.destroy(), 5)
  }
  const server = createServer(async (request, response) => {
    const path = String(request.url)
    const authorization = String(request.headers.authorization)
    const body = await text(request).catch(() => '{}')
    const key = keyOf(request, body)
    seen.push({ key, at: now(), path, authorization })
    const step = scripts.get(key)?.shift() ?? fallback(key, authorization, path)
    if (step.delayMs) await sleep(step.delayMs)
    return answer(response, key, step)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    apiUrl: new URL(`http://127.0.0.1:${port}/api/v1`),
    seen,
    stored,
    script: (key, steps) => void scripts.set(key, [...steps]),
    fallback: (given) => {
      fallback = given
    },
    dropConnections: () => server.closeAllConnections(),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
