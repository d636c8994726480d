import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** One request as the server saw it, body read. */
export type Seen = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Answer = (seen: Seen, res: ServerResponse) => void

const bodyOf = async (req: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** A real HTTP server on a free port that closes itself with the test. `answer` may be swapped while it runs. */
export const startServer = async (answer: Answer) => {
  const seen: Seen[] = []
  const current = { answer }
  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://local')
    const request: Seen = {
      method: req.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: req.headers,
      body: await bodyOf(req),
    }
    seen.push(request)
    current.answer(request, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    /** From now on. */
    answerWith: (next: Answer) => {
      current.answer = next
    },
  }
}

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_seen, res) => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }

/** Answers the first request with the first, and so on; the last serves all others. */
export const inTurn = (...answers: Answer[]): Answer => {
  let turn = 0
  return (seen, res) => {
    const answer = answers[Math.min(turn, answers.length - 1)]
    turn += 1
    answer?.(seen, res)
  }
}
