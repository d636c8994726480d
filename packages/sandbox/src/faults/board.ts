import { makeUuid } from '../ids.ts'
import type { StandingFault, Target } from './fault.ts'

export type Posted = { readonly id: string; readonly fault: StandingFault; readonly struck: number }

/** The faults that stand, in the order they were posted. */
export type Board = {
  post(fault: StandingFault): Posted
  list(): readonly Posted[]
  /** Takes one down; false when there is none of that id. */
  remove(id: string): boolean
  clear(): void
  /** The faults that strike a request to a target, each counted as struck once. */
  strike(target: Exclude<Target, '*'>): readonly StandingFault[]
  /** Whether the silent trash takes this event. */
  strikeEvent(): boolean
}

type Entry = { readonly id: string; readonly fault: StandingFault; struck: number; seen: number }

const isSpent = ({ fault, struck }: Entry): boolean => fault.times !== undefined && struck >= fault.times

export const createBoard = (): Board => {
  const entries = new Map<string, Entry>()

  const count = (entry: Entry): void => {
    entry.struck += 1
    if (isSpent(entry)) entries.delete(entry.id)
  }

  const strike: Board['strike'] = (target) => {
    const hit = [...entries.values()].filter(
      ({ fault }) => fault.kind !== 'silent-trash' && [target, '*', undefined].includes(fault.on),
    )
    for (const entry of hit) count(entry)
    return hit.map(({ fault }) => fault)
  }

  const strikeEvent = (): boolean => {
    const entry = [...entries.values()].find(({ fault }) => fault.kind === 'silent-trash')
    if (entry?.fault.kind !== 'silent-trash') return false
    entry.seen += 1
    const isHit = entry.seen % entry.fault.oneIn === 0
    if (isHit) count(entry)
    return isHit
  }

  return {
    post: (fault) => {
      const entry = { id: makeUuid(), fault, struck: 0, seen: 0 }
      entries.set(entry.id, entry)
      return entry
    },
    list: () => [...entries.values()].map(({ id, fault, struck }) => ({ id, fault, struck })),
    remove: (id) => entries.delete(id),
    clear: () => entries.clear(),
    strike,
    strikeEvent,
  }
}
