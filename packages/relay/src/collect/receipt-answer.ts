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
 * Of helmet's headers those that mean something for data. What speaks of windows, frames and downloads is for documents, and would be
 * a third of what each visitor's receipt weighs.
 */
const FOR_DATA: ReadonlySet<string> = new Set([
  'content-security-policy',
  'cross-origin-resource-policy',
  'referrer-policy',
  'x-content-type-options',
])

/** What is beyond is made each time: receipts with rejections have any length. */
const MAX_LISTS = 256

/**
 * Answers 202. Its headers are one flat list, made once: set one by one, they cost a request
 * more than parsing its batch. Where a host's middleware has put its own `writeHead` in place of node's they are set all
 * the same: what compression() brought along for years takes a flat list for pairs.
 */
export const createReceiptAnswer = (base: BaseHeaders): AnswerReceipt => {
  const ofData = Object.entries(base).filter(([name]) => FOR_DATA.has(name))
  const fixed = [...ofData.flat(), 'content-type', 'application/json', 'cache-control', 'no-store']
  const lists = new Map<string, string[]>()
  /** Origins are those of the settings, and receipts of one length: there are few. */
  const listFor = (caller: Caller, durability: string, length: number): string[] => {
    const key = `${length} ${durability} ${caller.kind === 'browser' ? (caller.corsOrigin ?? '') : ''}`
    const known = lists.get(key)
    if (known) return known
    const own = flat({ ...corsHeaders(caller), 'wmkt-durability': durability, 'content-length': `${length}` })
    const list = [...fixed, ...own]
    if (lists.size < MAX_LISTS) lists.set(key, list)
    return list
  }
  return (res, { caller, receipt, durability }) => {
    const body = textOf(receipt)
    const isPlain = receipt.rejected.length + receipt.held.length === 0
    const length = isPlain ? body.length : Buffer.byteLength(body)
    const headers = listFor(caller, durability, length)
    if (Object.hasOwn(res, 'writeHead')) setEach(res, headers).writeHead(202)
    else res.writeHead(202, headers)
    res.end(body, isPlain ? 'latin1' : 'utf8')
  }
}

/** As JSON, which is nearly always all numbers. */
const textOf = (receipt: Receipt): string => {
  const { accepted, duplicates, rejected, held } = receipt
  return rejected.length + held.length === 0
    ? `{"accepted":${accepted},"duplicates":${duplicates},"rejected":[],"held":[]}`
    : JSON.stringify(receipt)
}

const setEach = (res: ServerResponse, headers: readonly string[]): ServerResponse => {
  for (let at = 0; at + 1 < headers.length; at += 2) res.setHeader(headers[at] ?? '', headers[at + 1] ?? '')
  return res
}

const flat = (headers: Readonly<Record<string, string>>): string[] => Object.entries(headers).flat()
