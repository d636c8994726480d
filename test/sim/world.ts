import type { Clock } from '../../packages/relay/src/clock.ts'

/** Whoever can be frozen and killed: a relay's process. */
export type Being = { readonly name: string; alive: boolean; frozenUntil: number }

type Step = { being: Being; at: number; run: () => void }

/** What the network may do to a request, in shares of all. */
export type Weather = { lost: number; unanswered: number }

/**
 * A world in one thread: every request and every timer is a step, and chance says which one comes next. The same seed
 * gives the same history.
 */
export interface World {
  now(): number
  random: () => number
  weather: Weather
  clockOf(being: Being): Clock
  /** A request: takes effect at some time, or not; is answered after that, or not. The dead get no answers. */
  request<T>(being: Being, effect: () => T): Promise<T>
  /** Resolves after so long, for whoever is not of this world. */
  sleep(ms: number): Promise<void>
  /** Goes on until it is done, or for so many steps. */
  run(isDone: () => boolean, maxSteps: number): Promise<void>
}

const OUTSIDE: Being = { name: 'outside', alive: true, frozenUntil: 0 }
const TRAVEL_MS = 20

/** As the client library throws it when no answer comes. */
const timeout = (): Error => Object.assign(new Error('timeout'), { name: 'TimeoutError' })

/** Lets what a step has set off run on until it waits again. */
const settled = async () => {
  for (let turn = 0; turn < SETTLING_TURNS; turn += 1) await undefined
}
/** More than promises lie one in the other anywhere in the parts. */
const SETTLING_TURNS = 40

export const createWorld = (random: () => number, start = 1_764_000_000_000): World => {
  let now = start
  const steps = new Set<Step>()
  const plan = (being: Being, ms: number, run: () => void): (() => void) => {
    const step = { being, at: now + ms, run }
    steps.add(step)
    return () => steps.delete(step)
  }
  const timeOf = ({ at, being }: Step) => Math.max(at, being.frozenUntil)
  /** One of those that are due next; time goes on to it. The dead take no more steps. */
  const next = (): Step | undefined => {
    let earliest = Number.POSITIVE_INFINITY
    for (const step of steps)
      if (step.being.alive) earliest = Math.min(earliest, timeOf(step))
      else steps.delete(step)
    if (!Number.isFinite(earliest)) return undefined
    now = Math.max(now, earliest)
    const due = [...steps].filter((step) => timeOf(step) <= now)
    return due[Math.floor(random() * due.length)]
  }
  const world: World = {
    now: () => now,
    random,
    weather: { lost: 0, unanswered: 0 },
    clockOf: (being) => ({ now: () => now, after: (ms, callback) => plan(being, ms, callback) }),
    request: (being, effect) =>
      new Promise((resolve, reject) => {
        if (!being.alive) return
        const chance = random()
        const isLost = chance < world.weather.lost
        const isUnanswered = !isLost && chance < world.weather.lost + world.weather.unanswered
        const travel = random() * TRAVEL_MS
        if (isLost) return void plan(being, 2_000, () => reject(timeout()))
        // The request is on its way: it takes effect though its sender may be frozen, or die meanwhile.
        plan(OUTSIDE, travel, () => {
          let answer: () => void
          try {
            const value = effect()
            answer = () => resolve(value)
          } catch (error) {
            answer = () => reject(error)
          }
          plan(
            being,
            isUnanswered ? 2_000 : random() * TRAVEL_MS,
            isUnanswered ? () => reject(timeout()) : answer,
          )
        })
      }),
    sleep: (ms) => new Promise((resolve) => void plan(OUTSIDE, ms, resolve)),
    async run(isDone, maxSteps) {
      for (let taken = 0; taken < maxSteps && !isDone(); taken += 1) {
        const step = next()
        if (!step) return
        steps.delete(step)
        step.run()
        await settled()
      }
    },
  }
  return world
}
