import type { LocalOutbox } from '../../../packages/relay/src/outbox/outbox.ts'
import { oneOf, wholeIn } from '../../support/seeded.ts'
import { OUTSIDE } from '../world.ts'
import { createMortal } from './mortal.ts'
import { type RelayProcess, type Surroundings, startRelay } from './relay-process.ts'
import type { Front } from './wire.ts'

/** Keeps a relay running on one machine: when one process is gone, the next starts. */
export interface Deployment {
  readonly front: Front
  start(): void
  /** Something befalls the process, or a person comes by. Or not. */
  befall(): void
  /** Nothing befalls it any more. */
  spare(): void
  /** Undefined while no process is open. */
  outbox(): LocalOutbox | undefined
  /** What a record of it says. */
  read(record: Uint8Array): string
  /** Lives so far. */
  born(): number
  /** What a person decided to drop, as kind and nonce. */
  readonly dropped: ReadonlySet<string>
}

const RESTART_MS = 15_000
const FREEZE_MS = 60_000

export const createDeployment = (around: Surroundings, note: (text: string) => void): Deployment => {
  const { world, upstream } = around
  const { random } = world
  const dropped = new Set<string>()
  let relay: RelayProcess | undefined
  let born = 0
  let isSpared = false

  const start = () => {
    born += 1
    note(`relay ${born} starts`)
    const life = createMortal(world, `relay-${born}`)
    if (!isSpared && random() < 0.6) life.doom(wholeIn(random, 1, oneOf(random, 30, 200)))
    // A disk that cannot be trusted ends the process; its supervisor starts it again.
    relay = startRelay(around, life, () => world.plan(OUTSIDE, 0, life.end))
    life.onEnd(() => note(`${life.being.name} is gone`))
    life.onEnd(() => world.plan(OUTSIDE, 1 + random() * RESTART_MS, start))
  }
  const living = () => (relay?.life.being.alive ? relay : undefined)
  const outbox = () => living()?.outbox()

  /** A person at the dead letters. Never redrives what is in doubt: to double it would be their decision. */
  const decide = async (held: LocalOutbox): Promise<void> => {
    const letters = [...held.deadLetters()].filter(({ code }) => code !== 'IN_DOUBT')
    if (letters.length === 0) return
    const { nonce, kind, code } = oneOf(random, ...letters)
    const isDropped = random() < 0.2
    note(`a person ${isDropped ? 'drops' : 'redrives'} ${kind} ${nonce} ${code}`)
    if (isDropped) dropped.add(kind + nonce)
    else upstream.correct()
    await (isDropped ? held.drop(nonce, kind) : held.redrive(nonce, kind))
  }
  const call = (process: RelayProcess) => {
    const held = process.outbox()
    // They hear when it was in vain, as when the disk is full, and come again.
    if (held) process.life.plan(0, () => void decide(held).catch(() => {}))
  }
  return {
    start,
    front(body, cookie, answer, reset) {
      const process = living()
      if (process) process.collect(body, cookie, answer, reset)
      else if (random() < 0.5) reset()
      else answer({ status: 502, headers: {}, body: '' })
    },
    befall() {
      const process = living()
      if (!process) return
      const chance = random()
      if (chance < 0.04) process.life.end()
      else if (chance < 0.16) process.life.doom(wholeIn(random, 1, 10))
      else if (chance < 0.2) process.stop()
      else if (chance < 0.25) process.life.being.frozenUntil = Math.floor(world.now() + random() * FREEZE_MS)
      else if (chance < 0.4) call(process)
    },
    spare() {
      isSpared = true
      relay?.life.doom(Number.POSITIVE_INFINITY)
      if (relay) relay.life.being.frozenUntil = 0
    },
    outbox,
    read: (record) => relay?.read(record) ?? '',
    born: () => born,
    dropped,
  }
}
