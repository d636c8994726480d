import type { Cable, HowCut } from '../cable.ts'
import { pause } from '../load.ts'
import type { NatsServer } from '../nats-server.ts'
import { oneOf, wholeIn } from '../seeded.ts'
import type { Browsing } from './browsing.ts'
import type { Rig, SoakedRelay } from './rig.ts'
import type { SmallDisk } from './small-disk.ts'

/** Something that goes wrong, and is over when it resolves: to what it was. */
export type Mishap = () => Promise<string>

type Random = () => number
type Shared = NonNullable<Rig['shared']>

/** As long as it is asked for in a long run, less than a second in a short one. */
const someMs = ({ isLong }: Rig, random: Random, from: number, to: number): number =>
  wholeIn(random, Math.min(from, 100), isLong ? to : Math.min(to, 700))

/** What the upstream does to some of the requests to come. */
export const upstreamMishap = async (rig: Rig, random: Random): Promise<string> => {
  const on = oneOf(random, 'createEvent', 'createEvent', 'createOfflineInteraction', '*')
  const times = wholeIn(random, 1, rig.isLong ? 10 : 2)
  const fault = oneOf(
    random,
    { kind: 'status', status: 503, on, times },
    { kind: 'status', status: 500, on, times },
    { kind: 'status', status: 401, on, times: 2 },
    { kind: 'rate-limit', retryAfterS: 1, on, times },
    { kind: 'cut', when: 'after-storing', on, times },
    { kind: 'cut', when: 'before-storing', on, times },
    { kind: 'delay', delayMs: someMs(rig, random, 10, 1_500), on, times },
    { kind: 'expire-tokens' },
  )
  await rig.sandbox.fault(fault)
  return `upstream: ${Object.values(fault).join(' ')}`
}

/** SIGSTOP: everything waits, connections included. */
const freeze = async (pid: number, ms: number) => {
  process.kill(pid, 'SIGSTOP')
  await pause(ms)
  process.kill(pid, 'SIGCONT')
}

const howCut = (random: Random): HowCut => oneOf<HowCut>(random, 'pulled', 'refused')

/** The network between a relay and the server it is with, or all of them. */
const cutRelay = async (rig: Rig, { name, cables }: SoakedRelay, random: Random): Promise<string> => {
  const how = howCut(random)
  const inUse = cables.filter((cable) => cable.connections() > 0)
  const some = oneOf<readonly Cable[]>(random, cables, inUse)
  for (const cable of some) cable.cut(how)
  await pause(someMs(rig, random, 200, 12_000))
  for (const cable of some) cable.mend()
  return `${name}: the network to ${some.length} of ${cables.length} servers ${how}`
}

const relayMishaps = (rig: Rig, relay: SoakedRelay, random: Random): Mishap[] => [
  async () => {
    await relay.end('SIGKILL')
    await pause(someMs(rig, random, 0, 1_000))
    await relay.restart()
    return `${relay.name}: killed with -9`
  },
  async () => {
    await relay.end('SIGTERM')
    await relay.restart()
    return `${relay.name}: stopped and started`
  },
  async () => {
    await freeze(relay.pid(), someMs(rig, random, 200, 4_000))
    return `${relay.name}: frozen`
  },
  async () => {
    const mostMs = rig.isLong ? 20_000 : 1_000
    const byMs = wholeIn(random, -mostMs, mostMs)
    relay.clock.putWrong(byMs)
    await pause(someMs(rig, random, 500, 3_000))
    relay.clock.putWrong(0)
    return `${relay.name}: clock off by ${byMs} ms`
  },
  ...(relay.cables.length > 0 ? [() => cutRelay(rig, relay, random)] : []),
]

const outsideMishaps = (rig: Rig, browsing: Browsing, random: Random): Mishap[] => [
  async () => {
    await freeze(rig.sandbox.child.pid, someMs(rig, random, 200, 3_000))
    return 'upstream: silent'
  },
  async () => {
    await rig.sandbox.fault({ kind: 'revoke-key' })
    await pause(someMs(rig, random, 100, 1_000))
    await rig.sandbox.rotateKey()
    return 'upstream: key revoked and replaced'
  },
  async () => {
    await browsing.offline(someMs(rig, random, 500, 4_000))
    return 'browser: offline'
  },
  async () => {
    await browsing.turnPage()
    return 'browser: another tab'
  },
]

/** To one server. As an operator would: nobody takes the next one down before this one is whole again. */
const serverMishaps = (rig: Rig, { servers, cluster, isSteady }: Shared, random: Random): Mishap[] => {
  const strike = (blow: (server: NatsServer) => Promise<string>) => async () => {
    const server = oneOf(random, ...servers)
    const what = await blow(server)
    await cluster?.whole()
    return `nats-server ${server.name}: ${what}`
  }
  const kill = strike(async (server) => {
    await server.kill()
    await pause(someMs(rig, random, 200, 4_000))
    await server.start()
    return 'killed with -9'
  })
  const still = strike(async (server) => {
    await freeze(server.pid(), someMs(rig, random, 200, 12_000))
    return 'frozen'
  })
  const cut = strike(async (server) => {
    const how = howCut(random)
    cluster?.cutOff(server, how)
    await pause(someMs(rig, random, 500, 15_000))
    cluster?.mend()
    return `the network to the others ${how}`
  })
  return [kill, ...(isSteady ? [still] : []), ...(isSteady && cluster ? [cut] : [])]
}

const diskMishap = (rig: Rig, disk: SmallDisk, random: Random) => async () => {
  disk.fill()
  await pause(someMs(rig, random, 500, 3_000))
  disk.free()
  return 'lmdb: disk full'
}

const groundMishaps = (rig: Rig, random: Random): Mishap[] => [
  ...(rig.disk ? [diskMishap(rig, rig.disk, random)] : []),
  ...(rig.shared ? serverMishaps(rig, rig.shared, random) : []),
]

/** The next thing that happens to a process, a disk, a clock or the browser. */
export const nextMishap = (rig: Rig, browsing: Browsing, random: Random): Mishap => {
  const relay = oneOf(random, ...rig.relays)
  const [of, outside] = [relayMishaps(rig, relay, random), outsideMishaps(rig, browsing, random)]
  const ground = groundMishaps(rig, random)
  return oneOf(random, ...of, ...outside, ...(ground.length > 0 ? ground : outside))
}
