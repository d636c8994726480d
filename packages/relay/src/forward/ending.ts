import type { Kind } from '@wmkt/protocol'

/** What became of an entry, once that is on disk. `upstreamId` or `code` say more. */
export type ForwardEnding = {
  nonce: string
  kind: Kind
  lane: string
  ending: 'delivered' | 'buried'
  upstreamId?: string
  code?: string
}

/** One attempt as the wire saw it. */
export type ForwardAttempt = { lane: string; kind: Kind; status: number | string; latencyMs: number }
