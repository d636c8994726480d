import type { ServerResponse } from 'node:http'
import type { BaseHeaders } from './base-headers.ts'
import { Problem } from './problem.ts'

export type GiveJson = (res: ServerResponse, value: object | undefined) => void

/** Answers with JSON that nobody keeps. Nothing is an answer too: @throws Problem NOT_FOUND */
export const giveJson =
  (base: BaseHeaders): GiveJson =>
  (res, value) => {
    if (value === undefined) throw new Problem('NOT_FOUND', 'nothing under this nonce')
    const body = Buffer.from(JSON.stringify(value))
    const type = { 'content-type': 'application/json', 'cache-control': 'no-store' }
    res.writeHead(200, { ...base, ...type, 'content-length': body.length }).end(body)
  }
