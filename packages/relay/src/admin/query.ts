import { type Kind, NONCE_PATTERN } from '@wmkt/protocol'
import { Problem } from '../http/problem.ts'
import type { DeadLetterFilter } from '../outbox/outbox.ts'

/** What a request to the admin routes asks for, read from its URL. */
export type Query = { filter: DeadLetterFilter; kind?: Kind; reveal: boolean }

/** @throws Problem QUERY_INVALID */
export const parseQuery = (url: string): Query => {
  const params = new URL(url, 'http://admin').searchParams
  const [code, after, kind] = ['code', 'after', 'kind'].map((name) => params.get(name) ?? undefined)
  const limit = params.get('limit')
  if (limit !== null && !/^[1-9]\d{0,3}$/.test(limit)) throw invalid('limit: expected 1 to 1000')
  if (kind !== undefined && kind !== 'event' && kind !== 'interaction')
    throw invalid('kind: expected event or interaction')
  return {
    filter: {
      ...(code !== undefined && { code }),
      ...(after !== undefined && { after: nonceOf(after) }),
      ...(limit !== null && { limit: Number(limit) }),
    },
    ...(kind !== undefined && { kind }),
    reveal: params.get('reveal') === '1',
  }
}

/** @throws Problem QUERY_INVALID */
export const nonceOf = (value: unknown): string => {
  if (typeof value === 'string' && NONCE_PATTERN.test(value)) return value
  throw invalid('expected a nonce')
}

const invalid = (detail: string): Problem => new Problem('QUERY_INVALID', detail)
