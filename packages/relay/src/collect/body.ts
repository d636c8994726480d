import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import { Problem } from '../http/problem.ts'
import { createGathering } from './gathering.ts'
import type { Arriving, Unfinished } from './unfinished.ts'

const NOTHING = Buffer.alloc(0)

export type BodyLimits = {
  maxBytes: number
  /** For the whole body to arrive, in ms. */
  timeoutMs: number
  clock: Clock
  /** Where what has arrived of a body counts with all others. @default nowhere */
  unfinished?: Unfinished
}

/**
 * The raw body of a request.
 *
 * @throws Problem BODY_TOO_LARGE (announced or counted), BODY_TOO_SLOW (in time, or for the room it takes), BODY_CUT
 */
export const readBody = (req: IncomingMessage, limits: BodyLimits): Buffer | Promise<Buffer> => {
  const announced = Number(req.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  if (Number.isFinite(announced) && announced > limits.maxBytes) throw tooLarge(limits.maxBytes)
  // Nothing of what is destroyed ever comes: a host may have taken its time before us.
  if (req.destroyed) throw cut()
  const isWhole = req.complete || req.readableLength === announced
  return isWhole && !isHeardBy(req) ? wholeBody(req, limits.maxBytes) : arrivingBody(req, announced, limits)
}

/** Whether somebody listens already, and has the body flow: what is not heard from now on is gone. */
export const isHeardBy = ({ readableFlowing }: IncomingMessage): boolean => readableFlowing !== null

/** Most bodies are there, a moment after the head: nobody has to listen for them, or to watch the time. */
const wholeBody = (req: IncomingMessage, maxBytes: number): Buffer => {
  const body = bytesOf(req.read() ?? NOTHING, req)
  // For its end to be told, which may still be on its way through the parser.
  req.resume()
  if (body.length > maxBytes) throw tooLarge(maxBytes)
  return body
}

/** A host may have had text made of it. */
const bytesOf = (piece: Buffer | string, { readableEncoding }: IncomingMessage): Buffer =>
  typeof piece === 'string' ? Buffer.from(piece, readableEncoding ?? 'utf8') : piece

const arrivingBody = (
  req: IncomingMessage,
  announced: number,
  { maxBytes, timeoutMs, clock, unfinished }: BodyLimits,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { add, bytes, whole } = createGathering()
    let arriving: Arriving | undefined
    const finish = () => {
      callOff()
      arriving?.leave()
      req.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut)
    }
    const fail = (problem: Problem) => {
      finish()
      // What still comes is read past, so that the sender hears the answer; the server's own timeout bounds it.
      req.on('error', () => {}).resume()
      reject(problem)
    }
    const onData = (piece: Buffer | string) => {
      const chunk = bytesOf(piece, req)
      if (bytes() + chunk.length > maxBytes) return fail(tooLarge(maxBytes))
      add(chunk)
      if (bytes() < announced) hold(chunk.length)
    }
    const hold = (more: number) => {
      arriving ??= unfinished?.enter(() => fail(tooSlow('not complete, and others need its room')))
      arriving?.add(more)
    }
    const onEnd = () => {
      finish()
      resolve(whole())
    }
    const onCut = () => fail(cut())
    const callOff = clock.after(timeoutMs, () => fail(tooSlow(`not complete within ${timeoutMs} ms`)))
    req.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut)
  })

const tooSlow = (detail: string): Problem => new Problem('BODY_TOO_SLOW', detail, { Connection: 'close' })

const cut = (): Problem => new Problem('BODY_CUT', 'the connection ended before the body did')

export const tooLarge = (maxBytes: number): Problem =>
  new Problem('BODY_TOO_LARGE', `at most ${maxBytes} bytes`)
