import type { ServerResponse } from 'node:http'
import { PROBLEMS, type ProblemCode, type ProblemDocument } from '@wmkt/protocol'
import type { BaseHeaders } from './base-headers.ts'

/** An error answer on its way to the edge. `detail` is read by strangers: no secrets, nothing of the body. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly headers: Readonly<Record<string, string>>
  constructor(code: ProblemCode, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.code = code
    this.headers = headers
  }
}

const documentOf = ({ code, message }: Problem): ProblemDocument => ({
  type: `urn:wmkt:problem:${code}`,
  title: PROBLEMS[code].title,
  status: PROBLEMS[code].status,
  code,
  detail: message,
})

/** Writes the problem (RFC 9457), unless an answer is on its way already. */
export const answerProblem = (res: ServerResponse, problem: Problem, base: BaseHeaders = {}): void => {
  if (res.headersSent) return void res.destroy()
  const body = Buffer.from(JSON.stringify(documentOf(problem)))
  res.writeHead(PROBLEMS[problem.code].status, {
    ...base,
    'Content-Type': 'application/problem+json',
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    ...problem.headers,
  })
  res.end(body)
}
