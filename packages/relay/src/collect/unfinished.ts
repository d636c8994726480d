/**
 * The bodies that are still on their way, and what is held of them. Whoever opens thousands of connections and stops each
 * a byte before its end would have the relay hold thousands of bodies: when all of them together are more than may be, the
 * one that has been on its way longest is cut. Honest bodies are there in no time.
 */
export interface Unfinished {
  /** A body has begun to arrive; `cut` is called when it has to make room. */
  enter(cut: () => void): Arriving
  /** Of all, in bytes. */
  bytes(): number
}

export interface Arriving {
  /** So many bytes more are held of it. */
  add(bytes: number): void
  /** It is complete, or given up. */
  leave(): void
}

export const createUnfinished = (maxBytes: number): Unfinished => {
  let total = 0
  /** In the order of their beginning. */
  const arriving = new Set<{ bytes: number; cut: () => void }>()
  const makeRoom = () => {
    for (const oldest of arriving) {
      if (total <= maxBytes) return
      oldest.cut()
    }
  }
  return {
    enter(cut) {
      const body = { bytes: 0, cut }
      arriving.add(body)
      return {
        add(bytes) {
          body.bytes += bytes
          total += bytes
          makeRoom()
        },
        leave() {
          if (arriving.delete(body)) total -= body.bytes
        },
      }
    },
    bytes: () => total,
  }
}
