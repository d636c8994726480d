import type { ServerResponse } from 'node:http'
import type { Receipt } from '@wmkt/protocol'
import type { BaseHeaders } from '../http/base-headers.ts'
import type { Caller } from './caller.ts'
import { corsHeaders } from './cors.ts'

export type AnswerReceipt = (
  res: ServerResponse,
  answer: { caller: Caller; receipt: Receipt; durability: string },
) => void

/**
 * Answers 202. Its headers are one flat list, most of it made once: set one by one, they cost a request more than
 * parsing its batch.
 */
export const createReceiptAnswer = (base: BaseHeaders): AnswerReceipt => {
  const fixed = flat({ ...base, 'content-type': 'application/json', 'cache-control': 'no-store' })
  return (res, { caller, receipt, durability }) => {
    const body = JSON.stringify(receipt)
    const length = String(Buffer.byteLength(body))
    const own = ['content-length', length, 'wmkt-durability', durability]
    res.writeHead(202, [...fixed, ...flat(corsHeaders(caller)), ...own])
    res.end(body)
  }
}

const flat = (headers: Readonly<Record<string, string>>): string[] => Object.entries(headers).flat()
