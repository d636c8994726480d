import { type Dispatcher, errors, request } from 'undici'

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** The whole exchange, connect to last byte, in ms. */
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
}

/** Header names in lower case; of repeated headers, the first. */
export type HttpAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** One request, one answer. Never follows a redirect: the bearer token would follow it. Rejects with TransportError. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>

/** `aborted`: by the caller's signal. `deadline`: no whole answer in time. `too-large`: more bytes than any answer has. */
export type TransportFault = 'network' | 'deadline' | 'aborted' | 'too-large'

/** No answer was had; whether the request took effect is unknown. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly fault: TransportFault
  constructor(fault: TransportFault, message: string, cause?: unknown) {
    super(message, { cause })
    this.fault = fault
  }
}

/** A page of a thousand events is well below; a stream without end must not fill the memory. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

const readText = async (body: Dispatcher.ResponseData['body']): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES)
      throw new TransportError('too-large', `answer exceeds ${MAX_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const firstOf = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value
      return first === undefined ? [] : [[name.toLowerCase(), first]]
    }),
  )

const codeOf = (error: unknown): string =>
  error instanceof Error ? ('code' in error ? String(error.code) : '') || error.name : 'unknown'

const faultOf = (error: unknown, request: HttpRequest, deadline: AbortSignal): TransportError => {
  const where = new URL(request.url).origin
  if (error instanceof TransportError) return error
  if (request.signal?.aborted) return new TransportError('aborted', `${where}: aborted by the caller`, error)
  if (deadline.aborted || error instanceof errors.ConnectTimeoutError) {
    return new TransportError('deadline', `${where}: no answer within ${request.deadlineMs} ms`, error)
  }
  return new TransportError('network', `${where}: ${codeOf(error)}`, error)
}

/** The one place of the client that touches the network. `dispatcher`: undici's pool or agent to use instead of the global one. */
export const createTransport =
  (dispatcher?: Dispatcher): Transport =>
  async (wanted) => {
    const deadline = AbortSignal.timeout(wanted.deadlineMs)
    const signal = wanted.signal ? AbortSignal.any([wanted.signal, deadline]) : deadline
    try {
      const answer = await request(wanted.url, {
        method: wanted.method,
        headers: wanted.headers,
        body: wanted.body ?? null,
        signal,
        ...(dispatcher ? { dispatcher } : {}),
      })
      const text = await readText(answer.body)
      return { status: answer.statusCode, headers: firstOf(answer.headers), text }
    } catch (error) {
      throw faultOf(error, wanted, deadline)
    }
  }
