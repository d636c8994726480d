import type { Outcome } from '../../../packages/relay/src/forward/outcome.ts'
import type { UpstreamRequest } from '../../../packages/relay/src/forward/request.ts'
import type { Upstream } from '../../../packages/relay/src/forward/upstream.ts'
import { oneOf } from '../../support/seeded.ts'
import { OUTSIDE, type World } from '../world.ts'
import { type Mortal, NEVER } from './mortal.ts'
import type { Weather } from './weather.ts'

type Reply = { status: number; body: string; retryAfter?: string }

/** Webmarketer's API, as far as a delivery goes, and the way there. It takes events by nonce, interactions as they come. */
export interface SimulatedUpstream {
  /** How the forwarder of a process reaches it. */
  clientFor(process: Mortal, deadlineMs: number): Upstream
  /** Nonces under which an item came to be stored: an honest chain needs one. */
  noncesOf(mark: number): readonly string[]
  interactionsOf(mark: number): number
  marks(): ReadonlySet<number>
  /** A token that is taken. */
  issue(): string
  /** The event type's definition was corrected: what was refused is taken from now on. */
  correct(): void
}

const TRAVEL_MS = 100
const LATE_MS = 60_000

type Stored = { mark?: unknown; bad?: unknown }
type Body = { nonce?: string; data?: Stored; userData?: Stored }

export const createSimulatedUpstream = (world: World, weather: () => Weather): SimulatedUpstream => {
  const { random } = world
  const events = new Map<string, number>()
  const interactions: number[] = []
  let issued = 1
  let isCorrected = false

  const store = ({ path, body }: UpstreamRequest): Reply => {
    const item = JSON.parse(String(body ?? '{}')) as Body
    const { mark, bad } = item.data ?? item.userData ?? {}
    if (bad && !isCorrected) return { status: 400, body: '{"statusCode":400,"message":"bad data"}' }
    if (path.includes('interaction')) interactions.push(Number(mark))
    else if (!events.has(item.nonce ?? '')) events.set(item.nonce ?? '', Number(mark))
    return { status: 201, body: path.includes('interaction') ? oneOf(random, '{}', '') : `"id-${mark}"` }
  }
  /** What it answers without having looked at the item. */
  const refusal = (token: string): Reply | undefined => {
    const { busy, unauthorized, forbidden, strange } = weather().upstream
    if (random() < unauthorized) issued += 1
    if (token !== `token-${issued}`) return { status: 401, body: '{"statusCode":401}' }
    if (random() < forbidden) return { status: 403, body: '{"statusCode":403}' }
    if (random() < busy) return busyReply()
    if (random() < strange) return oneOf(random, ...STRANGE)
    return undefined
  }
  const busyReply = (): Reply => ({
    status: oneOf(random, 429, 503, 425),
    body: '',
    ...(random() < 0.5 && { retryAfter: String(Math.ceil(random() * 60)) }),
  })
  const handle = (request: UpstreamRequest, token: string): Reply => {
    const refused = refusal(token)
    if (refused) return refused
    if (request.method === 'GET') return { status: 200, body: '[]' }
    const inTrouble = random() < weather().upstream.trouble
    const reply = inTrouble && random() < 0.5 ? undefined : store(request)
    return inTrouble ? { status: oneOf(random, 500, 502, 504, 408), body: 'oops' } : (reply ?? store(request))
  }

  const clientFor = (process: Mortal, deadlineMs: number): Upstream => {
    const cuts = new Set<() => void>()
    const call = (request: UpstreamRequest, token: string): Promise<Outcome> => {
      if (!process.act()) return NEVER
      const begunAt = world.now()
      return new Promise((resolve) => {
        const latencyMs = () => world.now() - begunAt
        const end = (outcome: () => Outcome, ms: number) => void process.plan(ms, () => resolve(outcome()))
        const fail = (code: string, written: boolean, ms: number) =>
          end(
            () => ({
              kind: 'failure',
              code,
              written,
              staleSocket: written && code === 'ECONNRESET' && random() < 0.3,
              latencyMs: latencyMs(),
            }),
            ms,
          )
        const cut = () => fail('UND_ERR_DESTROYED', true, 0)
        cuts.add(cut)
        process.plan(deadlineMs, () => fail('UND_ERR_HEADERS_TIMEOUT', true, 0))
        if (random() < weather().upstream.refused)
          return fail(oneOf(random, 'ECONNREFUSED', 'ENOTFOUND'), false, random() * TRAVEL_MS)
        const isCut = random() < weather().upstream.cut
        if (isCut && random() < 0.3) return fail('ECONNRESET', true, random() * TRAVEL_MS)
        // It is on its way: it takes effect though its sender may die meanwhile.
        world.plan(OUTSIDE, random() * (random() < weather().upstream.late ? LATE_MS : TRAVEL_MS), () => {
          const reply = handle(request, token)
          // Nothing more is heard: a reset, or silence until the deadline.
          if (isCut) return random() < 0.5 ? fail('ECONNRESET', true, random() * TRAVEL_MS) : undefined
          end(() => ({ kind: 'answer', ...reply, latencyMs: latencyMs() }), random() * TRAVEL_MS)
        })
      })
    }
    return {
      call,
      ask: (request, token, then) => void call(request, token).then(then),
      async close() {
        for (const cut of cuts) cut()
      },
    }
  }
  return {
    clientFor,
    noncesOf: (mark) => [...events].filter(([, stored]) => stored === mark).map(([nonce]) => nonce),
    interactionsOf: (mark) => interactions.filter((one) => one === mark).length,
    marks: () => new Set([...events.values(), ...interactions]),
    issue: () => `token-${issued}`,
    correct() {
      isCorrected = true
    },
  }
}

/** Nobody who answers so has stored anything. */
const STRANGE: Reply[] = [
  { status: 404, body: '' },
  { status: 410, body: '' },
  { status: 302, body: '' },
  { status: 200, body: '<html></html>' },
]
