import { retryAfterMs } from '@wmkt/protocol'
import { schemaIn } from '@wmkt/protocol/schema'
import type { Known } from './judge.ts'

/** A relay that has just started knows nothing yet. */
const ATTEMPTS = 3

/** Undefined where the relay shows none. Carries no cookie: what is asked for is nobody's. Never rejects. */
export const readSchema = async (url: string | URL, attempts = ATTEMPTS): Promise<Known | undefined> => {
  try {
    const answer = await fetch(url, { credentials: 'omit' })
    if (answer.ok) return schemaIn(await answer.json())
    if (answer.status !== 503 || attempts === 1) return undefined
    const waitMs = retryAfterMs(answer.headers.get('Retry-After'), Date.now())
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  } catch {
    return undefined
  }
  return readSchema(url, attempts - 1)
}
