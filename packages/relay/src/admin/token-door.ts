import type { IncomingMessage } from 'node:http'
import { createRateLimit } from '../collect/rate-limit.ts'
import { createKeyCheck } from '../collect/server-keys.ts'
import { Problem } from '../http/problem.ts'

const WRONG_A_MINUTE = 10

/**
 * Whether a request's Authorization header carries the admin token. Wrong ones are counted by address: after ten in a minute nobody
 * there is told whether the next is right, until it has waited; who has logged in already is not asked here.
 *
 * @throws Problem RATE_LIMITED
 */
export type TokenDoor = (req: IncomingMessage, authorization?: string) => boolean

export const createTokenDoor = (adminToken: string, now: () => number): TokenDoor => {
  const isRight = createKeyCheck([adminToken])
  const wrong = createRateLimit(WRONG_A_MINUTE)
  return ({ headers, socket }, authorization = headers.authorization) => {
    if (authorization === undefined) return false
    const address = socket.remoteAddress ?? ''
    const waitMs = wrong.emptyForMs(address, now())
    if (waitMs > 0) throw tooMany(waitMs)
    const right = isRight(authorization)
    if (!right) wrong.charge(address, 1, now())
    return right
  }
}

const tooMany = (waitMs: number): Problem =>
  new Problem('RATE_LIMITED', 'too many wrong tokens from this address', {
    'Retry-After': String(Math.ceil(waitMs / 1_000)),
  })
