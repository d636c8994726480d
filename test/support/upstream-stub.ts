import { createServer, type Server } from 'node:http'
import type { TokenSource } from '@wmkt/api/client'
import { onTestFinished } from 'vitest'
import { listen } from '../../packages/relay/src/http/listen.ts'

export type StubAnswer = { status: number; body: string }

export const respond = (status: number, body: string | object): StubAnswer => ({
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

/** A credential that is always there. */
export const createStaticTokens = (token = 'a.b.c'): TokenSource => ({
  token: async () => token,
  renew: async () => token,
  onChange: () => () => {},
  health: () => ({ kind: 'static', state: 'ok' }),
  stop: () => {},
})

type Answer = (nonce: string, body: string) => StubAnswer | Promise<StubAnswer>

/** An API that answers each posted item by its nonce, and any other call with an empty list. */
export const openUpstream = async (answer: Answer) => {
  const server: Server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    const { status, body: text } =
      req.method === 'POST' ? await answer(nonceIn(body), body) : respond(200, '[]')
    res.writeHead(status, { 'content-type': 'application/json' }).end(text)
  })
  const listener = await listen(server, '127.0.0.1', 0)
  return { url: `${listener.url}/api/v1`, close: () => listener.close(0) }
}

/** The same, for one test. */
export const startUpstream = async (answer: Answer): Promise<string> => {
  const { url, close } = await openUpstream(answer)
  onTestFinished(close)
  return url
}

const nonceIn = (body: string): string => /"nonce":"([^"]*)"/.exec(body)?.[1] ?? ''
