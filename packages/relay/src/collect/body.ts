import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import { Problem } from '../http/problem.ts'

export type BodyLimits = {
  maxBytes: number
  /** For the whole body to arrive, in ms. */
  timeoutMs: number
  clock: Clock
}

/**
 * The raw body of a request.
 *
 * @throws Problem BODY_TOO_LARGE (announced or counted), BODY_TOO_SLOW, BODY_CUT
 */
export const readBody = (
  req: IncomingMessage,
  { maxBytes, timeoutMs, clock }: BodyLimits,
): Promise<Buffer> => {
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const finish = () => {
      callOff()
      req.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut)
    }
    const fail = (problem: Problem) => {
      finish()
      // What still comes is read past, so that the sender hears the answer; the server's own timeout bounds it.
      req.on('error', () => {}).resume()
      reject(problem)
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) return fail(tooLarge(maxBytes))
      chunks.push(chunk)
    }
    const onEnd = () => {
      finish()
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes))
    }
    const onCut = () => fail(new Problem('BODY_CUT', 'the connection ended before the body did'))
    const callOff = clock.after(timeoutMs, () => fail(tooSlow(timeoutMs)))
    req.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut)
  })
}

const tooSlow = (timeoutMs: number): Problem =>
  new Problem('BODY_TOO_SLOW', `not complete within ${timeoutMs} ms`, { Connection: 'close' })

export const tooLarge = (maxBytes: number): Problem =>
  new Problem('BODY_TOO_LARGE', `at most ${maxBytes} bytes`)
