import { TokenError, type TokenSource } from '@wmkt/api/client'
import { onTestFinished } from 'vitest'
import {
  createForwarder,
  type ForwardEnding,
  type Forwarder,
  type ForwarderOptions,
} from '../../../packages/relay/src/forward/forwarder.ts'
import type { LocalOutbox, NewEntry } from '../../../packages/relay/src/outbox/outbox.ts'
import type { StampedItem } from '../../../packages/relay/src/record.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { createMemoryOutbox } from '../../support/memory-outbox.ts'
import { type ScriptedUpstream, startScriptedUpstream } from './scripted-upstream.ts'

const stamp = { date: '2026-01-01T00:00:00.000Z', dateUntrusted: false }

export const event = (nonce: string, eventType = 'purchase'): StampedItem => ({
  kind: 'event',
  nonce,
  eventType,
  data: { n: nonce },
  ...stamp,
})

export const interaction = (nonce: string): StampedItem => ({
  kind: 'interaction',
  nonce,
  userData: { email: nonce },
  nodeData: { wmktId: 'w' },
  ...stamp,
})

export const laneOf = (item: StampedItem): string =>
  item.kind === 'event' ? `event:${item.eventType}` : 'interaction:'

const entryOf = (item: StampedItem, index: number): NewEntry => ({
  index,
  kind: item.kind,
  nonce: item.nonce,
  lane: laneOf(item),
  fingerprint: 0,
})

/** A credential that a test replaces by hand. */
export const createTokens = (first = 'token-1') => {
  const listeners = new Set<() => void>()
  let current: string | TokenError = first
  const give = async (): Promise<string> => {
    if (typeof current !== 'string') throw current
    return current
  }
  const renewals: string[] = []
  const source: TokenSource = {
    token: give,
    inHand: () => (typeof current === 'string' ? current : undefined),
    renew: async (refused) => {
      renewals.push(refused)
      const next = await give()
      if (next === refused) throw new TokenError('the token was refused', { retryable: false })
      return next
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    health: () => ({ kind: 'static', state: 'ok' }),
    stop: () => {},
  }
  return {
    source,
    renewals,
    /** Another token, or none; nobody is told. */
    set: (next: string | TokenError) => {
      current = next
    },
    /** The credential itself is replaced. */
    replace: (next: string) => {
      current = next
      for (const listener of listeners) listener()
    },
  }
}

export interface Rig {
  clock: ManualClock
  outbox: LocalOutbox
  upstream: ScriptedUpstream
  tokens: ReturnType<typeof createTokens>
  forwarder: Forwarder
  endings: ForwardEnding[]
  put(...items: StampedItem[]): Promise<void>
  /** Waits until nothing is under way, without moving the clock. */
  quiet(): Promise<void>
  /** Lets things happen and the clock run, timer by timer, until the time is up or nothing is held. */
  run(ms: number): Promise<void>
}

const tick = () => new Promise((resolve) => setImmediate(resolve))

type RigOptions = Partial<ForwarderOptions> & {
  outbox?: LocalOutbox
  /** What the outbox does otherwise. */
  around?: (outbox: LocalOutbox) => LocalOutbox
}

/** A forwarder between a memory outbox and a real HTTP upstream, its clock turned by hand; stopped after the test. */
export const createRig = async ({ around, ...options }: RigOptions = {}): Promise<Rig> => {
  const clock = createManualClock()
  const own = options.outbox ?? createMemoryOutbox({ clock })
  const outbox = around?.(own) ?? own
  const upstream = await startScriptedUpstream(clock.now)
  const tokens = createTokens()
  const endings: ForwardEnding[] = []
  const forwarder = createForwarder({
    open: (record) => {
      const items = JSON.parse(new TextDecoder().decode(record))
      return { itemAt: (place) => items[place], plainAt: () => undefined, isReadable: () => true }
    },
    tokens: tokens.source,
    projectId: 'demo-shop',
    apiUrl: upstream.apiUrl,
    concurrency: 8,
    clock,
    random: () => 0.5,
    log: silentLog,
    deadlineMs: 2_000,
    onEnding: (ending) => endings.push(ending),
    ...options,
    outbox,
  })
  onTestFinished(async () => {
    const stopped = forwarder.stop()
    clock.advance(60_000)
    await stopped
    await upstream.close()
  })
  const busy = () => {
    const { inFlight, settling, probing } = forwarder.status()
    return inFlight > 0 || settling > 0 || probing
  }
  const quiet = async () => {
    const deadline = Date.now() + 20_000
    for (let calm = 0; calm < 4; calm = busy() ? 0 : calm + 1) {
      if (Date.now() > deadline) throw new Error(`never quiet: ${JSON.stringify(forwarder.status())}`)
      await tick()
    }
  }
  return {
    clock,
    outbox,
    upstream,
    tokens,
    forwarder,
    endings,
    async put(...items) {
      const record = new TextEncoder().encode(JSON.stringify(items))
      await outbox.put({ record, entries: items.map(entryOf), receivedAt: clock.now() })
    },
    quiet,
    async run(ms) {
      const until = clock.now() + ms
      for (;;) {
        await quiet()
        const next = clock.nextAt()
        if (outbox.ledger().held === 0 || next === undefined || next > until) return
        clock.advance(next - clock.now())
      }
    },
  }
}
