/** Finds what is known under a name, by the bytes of the name as they lie in a body. */
export interface Names<Known> {
  find(bytes: Uint8Array, from: number, to: number): Known | undefined
  add(name: Uint8Array, known: Known): void
  size(): number
}

const SLOTS = 1_024

export const createNames = <Known>(): Names<Known> => {
  const slots: { name: Uint8Array; known: Known }[][] = Array.from({ length: SLOTS }, () => [])
  let size = 0
  return {
    find(bytes, from, to) {
      for (const { name, known } of slots[slotOf(bytes, from, to)] ?? [])
        if (isAt(bytes, from, to, name)) return known
      return undefined
    },
    add(name, known) {
      slots[slotOf(name, 0, name.length)]?.push({ name, known })
      size += 1
    },
    size: () => size,
  }
}

const slotOf = (bytes: Uint8Array, from: number, to: number): number => {
  let state = to - from
  for (let at = from; at < to; at += 1) state = Math.imul(state ^ (bytes[at] ?? 0), 0x01000193)
  return (state ^ (state >>> 15)) & (SLOTS - 1)
}

/** Whether the name is what lies there. */
const isAt = (bytes: Uint8Array, from: number, to: number, name: Uint8Array): boolean => {
  if (to - from !== name.length) return false
  for (let at = 0; at < name.length; at += 1) if (bytes[from + at] !== name[at]) return false
  return true
}
