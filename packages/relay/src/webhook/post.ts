import { retryAfterMs } from '@wmkt/protocol'
import { signedHeaders } from './message.ts'
import type { WebhookTarget } from './target.ts'

/** Why a message was not taken, in words that name neither address nor secret; `waitMs`: as the receiver asks. */
export type NotTaken = { readonly why: string; readonly waitMs: number }

/** Undefined when the receiver has taken it: a 2xx alone says so. Never rejects. */
export type Post = (body: string, signal: AbortSignal) => Promise<NotTaken | undefined>

const DEADLINE_MS = 15_000

/** A redirect is not followed: it would hand the message to somebody whom nobody named. */
export const createPost =
  ({ url, key }: WebhookTarget, now: () => number, deadlineMs = DEADLINE_MS): Post =>
  async (body, signal) => {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body,
        headers: signedHeaders(key, body, now()),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
      })
      await answer.body?.cancel()
      if (answer.ok) return undefined
      return { why: `HTTP ${answer.status}`, waitMs: retryAfterMs(answer.headers.get('retry-after'), now()) }
    } catch (error) {
      return { why: whyOf(error), waitMs: 0 }
    }
  }

/** fetch says what happened in the cause: a code such as ECONNREFUSED. */
const whyOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name
}
