import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TokenSource } from '@wmkt/api/client'
import type { Clock } from '../../../packages/relay/src/clock.ts'
import type { Forwarder } from '../../../packages/relay/src/forward/forwarder.ts'
import type { LocalOutbox, Outbox } from '../../../packages/relay/src/outbox/outbox.ts'
import type { Single } from '../../../packages/relay/src/outbox/single.ts'
import type { Key, KeyRing } from '../../../packages/relay/src/seal/key-ring.ts'
import { noSeal } from '../../../packages/relay/src/seal/seal.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import type { World } from '../world.ts'
import type { Start } from './compile.ts'
import type { Machine } from './machine.ts'
import type { Mortal } from './mortal.ts'
import type { RelayParts } from './shipped.ts'
import type { SimulatedUpstream } from './upstream.ts'
import type { Weather } from './weather.ts'
import type { Front } from './wire.ts'

/** Where relays live: what a process finds when it starts. */
export type Surroundings = {
  world: World
  weather: () => Weather
  program: Start
  machine: Machine
  upstream: SimulatedUpstream
  maxBacklog: number
  /** What is kept is encrypted, as is the default. */
  isSealed: boolean
  keepDeliveredMs: number
  /** Items a minute, from all visitors together: they share an address. */
  rateLimit: number
}

/** A life of a relay's process, put together as relay.ts does. */
export interface RelayProcess {
  readonly life: Mortal
  readonly collect: Front
  /** As it lies there; undefined until it is open. */
  outbox(): LocalOutbox | undefined
  /** What a record of it says. */
  read(record: Uint8Array): string
  /** SIGTERM: finishes what is under way, then ends. */
  stop(): void
}

const KEY: Key = { id: 'aaaaaaaa', bytes: Buffer.alloc(32, 7) }
/** The key file, which does not change. */
const KEY_RING: KeyRing = {
  current: () => KEY,
  find: () => KEY,
  ids: () => [KEY.id],
  mask: Buffer.alloc(32, 9),
}
const DEADLINE_MS = 30_000
const STOP_MS = 4_000
const RENEWING_MS = 200
/** Mostly, and when the outbox is busy. */
const AWAITED_MS = { quick: 40, slow: 2_000 }

const clockOf = (world: World, life: Mortal): Clock => ({
  now: () => Math.floor(world.now()),
  after: (ms, callback) => life.plan(Math.max(0, ms), callback),
})

/** The interface promises no more than a promise: a lease may take its time, and others go on meanwhile. */
const slow = (world: World, life: Mortal, outbox: Outbox): Outbox => ({
  ...outbox,
  async lease(lane, max) {
    const leased = await outbox.lease(lane, max)
    const longest = world.random() < 0.7 ? AWAITED_MS.quick : AWAITED_MS.slow
    await new Promise<void>((resolve) => life.plan(world.random() * longest, resolve))
    return leased
  },
})

const createTokens = (
  { world, weather, upstream }: Surroundings,
  life: Mortal,
  { TokenError }: RelayParts,
): TokenSource => {
  let token = upstream.issue()
  const obtain = () =>
    new Promise<string>((resolve, reject) => {
      life.plan(world.random() * RENEWING_MS, () => {
        const isRefused = world.random() < weather().upstream.tokenless
        if (isRefused) return reject(new TokenError('none', { retryable: world.random() < 0.5 }))
        token = upstream.issue()
        resolve(token)
      })
    })
  return {
    token: () => (world.random() < weather().upstream.tokenless / 4 ? obtain() : Promise.resolve(token)),
    renew: (refused) => (refused === token ? obtain() : Promise.resolve(token)),
    onChange: () => () => {},
    health: () => ({ kind: 'static', state: 'ok' }),
    stop: () => {},
  }
}

/** Node's request and response, as far as collect looks at them: a host's parser has read the body. */
const requestOf = (body: string, cookie: string) => ({
  headers: {
    origin: 'https://shop.test',
    host: 'shop.test',
    'content-type': 'text/plain;charset=UTF-8',
    cookie,
  },
  socket: { remoteAddress: '192.0.2.1' },
  readableEnded: true,
  body,
})

type Headers = readonly string[] | Readonly<Record<string, string | number>>

const entriesOf = (headers: Headers): [string, string][] =>
  Array.isArray(headers)
    ? headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]] as [string, string]] : []))
    : Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])

const responseOf = (life: Mortal, answer: Parameters<Front>[2], reset: () => void) => {
  let status = 0
  let headers: Record<string, string> = {}
  let isOver = false
  life.onEnd(() => isOver || reset())
  // As node's own it stands on the prototype: one of the response's itself would be a host's middleware.
  const prototype = {
    writeHead(code: number, given: Headers) {
      status = code
      headers = Object.fromEntries(entriesOf(given))
    },
  }
  return Object.assign(Object.create(prototype), {
    headersSent: false,
    setHeader: () => {},
    destroy: () => reset(),
    end(body: string | Buffer) {
      if (!life.act()) return
      isOver = true
      answer({ status, headers, body: String(body) })
    },
  })
}

export const startRelay = (around: Surroundings, life: Mortal, onFatal: () => void): RelayProcess => {
  const { world, machine, upstream, maxBacklog, keepDeliveredMs } = around
  const host = {
    openStore: () => machine.openStore(life),
    createUpstream: () => upstream.clientFor(life, DEADLINE_MS),
  }
  const setImmediate = (run: () => void) => life.plan(0, run)
  const parts = around.program({ host, setImmediate }) as RelayParts
  const clock = clockOf(world, life)
  const log = silentLog
  const { random } = world
  const door = parts.createDoor({ maxBacklog, clock, random })
  const seal = around.isSealed ? parts.createSeal(KEY_RING) : noSeal
  const mask = parts.createMask(KEY_RING.mask)
  let opened: LocalOutbox | undefined
  let forwarder: Forwarder | undefined

  const refuse = parts.createRefuse(log, {})
  const collect = parts.createCollect({
    policy: {
      projectId: 'shop',
      interactions: 'origins',
      allowedOrigins: new Set(),
      keysNeeded: false,
      checkKey: () => false,
      trustProxy: 0,
      refuseBots: false,
    },
    enter: door.enter,
    onStorage: (error) => door.refusedBy(error) && onFatal(),
    tally: parts.createTally(),
    onReceipt: () => {},
    rateLimit: parts.createRateLimit(around.rateLimit),
    addressOf: () => 'visitors',
    trackerOf: () => undefined,
    careFor: () => {},
    refuse,
    headers: {},
    bodyTimeoutMs: 10_000,
    clock,
    random,
  })
  const start = async () => {
    const single: Single = (record) => {
      const cut = parts.itemRecordsOf(seal.open(record))
      return (index) => ({ index: 0, record: seal.seal(cut(index).record) })
    }
    opened = await parts.openLmdbOutbox({ dir: '', clock, log, single, maxBacklog, keepDeliveredMs, onFatal })
    const outbox = around.isSealed ? parts.sealOutbox(opened, seal, mask) : opened
    forwarder = parts.createForwarder({
      ...{ clock, random, log, tokens: createTokens(around, life, parts) },
      outbox: slow(world, life, outbox),
      open: (record) => ({ ...parts.openRecord(seal.open(record)), isReadable: seal.openerOf(record) }),
      projectId: 'shop',
      apiUrl: new URL('https://api.test/api/v1'),
      concurrency: 8,
      deadlineMs: DEADLINE_MS,
      stopMs: STOP_MS,
    })
    forwarder.start()
    door.open(outbox)
  }
  const stop = async () => {
    await door.close()
    await forwarder?.stop()
    await opened?.close()
    life.end()
  }
  life.plan(0, () => void start())
  return {
    life,
    outbox: () => opened,
    read: (record) => Buffer.from(seal.open(record)).toString(),
    stop: () => void stop(),
    collect(body, cookie, answer, reset) {
      const res = responseOf(life, answer, reset)
      // Only what collect asks of them is there.
      const req: unknown = requestOf(body, cookie)
      const asked: unknown = res
      life.plan(0, () => void collect(req as IncomingMessage, asked as ServerResponse))
    },
  }
}
