import { schemaIn } from '@wmkt/protocol/schema'
import type { Known } from './judge.ts'

/** Undefined where the relay shows none. Carries no cookie: what is asked for is nobody's. */
export const readSchema = async (url: string | URL): Promise<Known | undefined> => {
  try {
    const answer = await fetch(url, { credentials: 'omit' })
    return answer.ok ? schemaIn(await answer.json()) : undefined
  } catch {
    return undefined
  }
}
