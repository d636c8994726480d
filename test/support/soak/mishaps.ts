import { pause } from '../load.ts'
import { oneOf, wholeIn } from '../seeded.ts'
import type { Browsing } from './browsing.ts'
import type { Rig, SoakedRelay } from './rig.ts'

/** Something that goes wrong, and is over when it resolves: to what it was. */
export type Mishap = () => Promise<string>

type Random = () => number

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

const groundMishaps = (rig: Rig, random: Random): Mishap[] => {
  const { disk, shared } = rig
  const fillDisk = async () => {
    disk?.fill()
    await pause(someMs(rig, random, 500, 3_000))
    disk?.free()
    return 'lmdb: disk full'
  }
  const killServer = async () => {
    const server = oneOf(random, ...(shared?.servers ?? []))
    await server.kill()
    await pause(someMs(rig, random, 200, 4_000))
    await server.start()
    // As an operator would: nobody takes the next server down before this one is whole again.
    await shared?.cluster?.whole()
    return `nats-server ${server.name}: killed with -9`
  }
  return [...(disk ? [fillDisk] : []), ...(shared ? [killServer] : [])]
}

/** The next thing that happens to a process, a disk, a clock or the browser. */
export const nextMishap = (rig: Rig, browsing: Browsing, random: Random): Mishap => {
  const relay = oneOf(random, ...rig.relays)
  const [of, outside] = [relayMishaps(rig, relay, random), outsideMishaps(rig, browsing, random)]
  const ground = groundMishaps(rig, random)
  return oneOf(random, ...of, ...outside, ...(ground.length > 0 ? ground : outside))
}
