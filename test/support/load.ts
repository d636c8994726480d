import { oneOf, wholeIn } from './seeded.ts'

type SentItem = { kind: 'event' | 'interaction'; nonce: string } & Record<string, unknown>

export type Load = {
  /** Nonces the relay has answered 202 for, by kind. */
  acknowledged: Record<SentItem['kind'], Set<string>>
  /** How often a batch was answered otherwise: by status, or `cut`. */
  refusals: Map<string, number>
  /** No new batches; resolves when those begun are acknowledged. */
  stop(): Promise<void>
}

export type LoadOptions = {
  /** Of the relay. */
  url: string
  /** In [0, 1). */
  random: () => number
  /** In the front of every nonce. */
  name: string
  senders?: number
  /** Of 100 items, how many are interactions. @default 0 */
  interactions?: number
}

/** As many events as the sandbox tells in one answer carry the same tracker ID. */
export const CHUNK = 500
export const chunkOf = (name: string, n: number): string => `${name}-chunk-${Math.floor(n / CHUNK)}`

/** Senders as tags are: each keeps its batch, and posts it again until a receipt comes. */
export const startLoad = ({ url, random, name, senders = 4, interactions = 0 }: LoadOptions): Load => {
  const acknowledged: Load['acknowledged'] = { event: new Set(), interaction: new Set() }
  const refusals: Load['refusals'] = new Map()
  let made = 0
  let stopped = false

  const make = (): SentItem => {
    const n = made++
    const nonce = `${name}-${n}`
    if (random() * 100 < interactions) {
      const nodeData = { wmktId: 'demo-store', cid: 'spring' }
      return { kind: 'interaction', nonce, userData: { loyalty_id: nonce }, nodeData }
    }
    const eventType = oneOf(random, 'page-view', 'cta')
    const data = eventType === 'cta' ? { label: nonce } : { title: nonce }
    return { kind: 'event', nonce, eventType, trackerId: chunkOf(name, n), occurredAt: Date.now(), data }
  }
  const post = async (items: readonly SentItem[]): Promise<string> => {
    const body = JSON.stringify({ v: 1, sentAt: Date.now(), items })
    try {
      const answer = await fetch(`${url}/collect`, {
        method: 'POST',
        body,
        signal: AbortSignal.timeout(5_000),
      })
      const receipt = await answer.json()
      return answer.status === 202 && receipt.accepted + receipt.duplicates === items.length
        ? 'stored'
        : `${answer.status} ${receipt.code ?? JSON.stringify(receipt.rejected)}`
    } catch {
      return 'cut'
    }
  }
  const deliver = async (items: readonly SentItem[]) => {
    for (;;) {
      const outcome = await post(items)
      if (outcome === 'stored') break
      refusals.set(outcome, (refusals.get(outcome) ?? 0) + 1)
      await pause(wholeIn(random, 20, 80))
    }
    for (const { kind, nonce } of items) acknowledged[kind].add(nonce)
  }
  const send = async () => {
    while (!stopped) {
      await deliver(Array.from({ length: wholeIn(random, 1, 8) }, make))
      await pause(wholeIn(random, 10, 120))
    }
  }
  const sending = Array.from({ length: senders }, send)
  return {
    acknowledged,
    refusals,
    async stop() {
      stopped = true
      await Promise.all(sending)
    },
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
