import type { Clock } from '../../packages/relay/src/clock.ts'
import type { EntryRef, Lane, LeasedEntry } from '../../packages/relay/src/outbox/outbox.ts'

/** An entry in memory, and what is known of its lease and its wait. */
export type Held = LeasedEntry & { receivedAt: number; dueAt: number; leased: boolean; callOff: () => void }
export type NewHeld = Pick<LeasedEntry, 'ref' | 'kind' | 'nonce' | 'record'> & { receivedAt: number }

/** The lanes of the memory outbox: each its entries in order of arrival. */
export interface MemoryLanes {
  names(): Lane[]
  in(lane: Lane): Held[]
  add(entry: NewHeld): Held
  find(ref: EntryRef): Held | undefined
  remove(held: Held): void
  lease(lane: Lane, max: number): Held[]
  wait(held: Held, dueAt: number): void
  release(held: Held): void
  nextDueAt(lane: Lane): number | undefined
  stop(): void
}

const nothing = () => {}
const placeOf = ({ seq, index }: EntryRef): string => `${seq}/${index}`

export const createMemoryLanes = (clock: Clock, onDue: (lane: Lane) => void): MemoryLanes => {
  const lanes = new Map<Lane, Map<string, Held>>()
  /** A timer may ring a moment before its time by the clock. */
  const arm = (held: Held) => {
    const isDue = () => held.dueAt <= clock.now()
    const wake = () => (isDue() ? onDue(held.lane) : arm(held))
    held.callOff = clock.after(Math.max(1, held.dueAt - clock.now()), wake)
  }
  const all = (lane: Lane): Held[] => [...(lanes.get(lane)?.values() ?? [])]
  return {
    names: () => [...lanes.keys()],
    in: all,
    add({ ref, ...entry }) {
      const fresh = { attempts: 0, triedMs: 0, attempting: false, dueAt: 0, leased: false, callOff: nothing }
      const held: Held = { ref, ...entry, lane: ref.lane, index: ref.index, ...fresh }
      const lane = lanes.get(ref.lane) ?? new Map<string, Held>()
      lanes.set(ref.lane, lane.set(placeOf(ref), held))
      return held
    },
    find: (ref) => lanes.get(ref.lane)?.get(placeOf(ref)),
    remove({ ref }) {
      const lane = lanes.get(ref.lane)
      lane?.delete(placeOf(ref))
      if (lane?.size === 0) lanes.delete(ref.lane)
    },
    lease(lane, max) {
      const due: Held[] = []
      for (const held of lanes.get(lane)?.values() ?? []) {
        if (due.length >= max) break
        if (!held.leased && held.dueAt <= clock.now()) due.push(held)
      }
      for (const held of due) {
        held.leased = true
        held.callOff()
      }
      return due
    },
    wait(held, dueAt) {
      held.dueAt = dueAt
      held.leased = false
      arm(held)
    },
    release(held) {
      held.dueAt = clock.now()
      held.leased = false
    },
    nextDueAt(lane) {
      const waiting = all(lane).filter(({ leased, dueAt }) => !leased && dueAt > 0)
      const earliest = waiting.reduce((least, { dueAt }) => Math.min(least, dueAt), Number.POSITIVE_INFINITY)
      return waiting.length === 0 ? undefined : earliest
    },
    stop() {
      for (const lane of lanes.values()) for (const held of lane.values()) held.callOff()
    },
  }
}
