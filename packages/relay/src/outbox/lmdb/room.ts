/**
 * Whether there is room for more, asked before it is taken: a disk that is found full in the middle of a write answers
 * with errors that look like its death. What is refused here leaves a reserve, so that what is held can be settled.
 */
export interface Room {
  /**
   * A transaction begins; what the one before took can be seen now.
   *
   * @param isAhead that one's commit is under way still
   */
  begin(isAhead: boolean): void
  /** Counts on so many bytes more; false when they do not fit. */
  take(bytes: number): boolean
  /**
   * What the transaction may take is there at this moment. To be asked before anything is written: LMDB's wording of a write
   * that fails is longer than the memory it is given, and may end the process.
   */
  isThere(): boolean
  /** A write failed: was it for want of room? */
  isShort(): boolean
}

/** All in bytes. */
export type Space = {
  /** Pages that hold something. */
  used: number
  /** Of the data file. */
  file: number
  /** What the disk has left for us. */
  free: number
  disk: number
}

export type RoomOptions = {
  measure: () => Space
  /** What the disk has left for us, in bytes; cheaper than to measure all. */
  free: () => number
  /** Epoch ms. */
  now: () => number
  /** The most that may be used, in bytes. */
  maxBytes: number | undefined
}

const MAX_RESERVE = 16 * 2 ** 20
/** Of what there is, kept back. */
const RESERVE_SHARE = 0.05
const MEASURE_MS = 1_000
/** What a byte put may cost in pages, at worst about. */
const COST = 2
/** What is written beside what was put, about: the way down each tree, and what hundreds of settlements leave. */
const LEAST = 2 ** 19

export const createRoom = ({ measure, free, now, maxBytes }: RoomOptions): Room => {
  let left = 0
  let taken = 0
  /** By the one before, as long as it cannot be seen. */
  let takenBefore = 0
  let measuredAt = Number.NEGATIVE_INFINITY
  const look = () => {
    left = roomIn(measure(), maxBytes) - taken - takenBefore
    measuredAt = now()
  }
  return {
    begin(isAhead) {
      takenBefore = isAhead ? taken : 0
      taken = 0
    },
    take(bytes) {
      const cost = bytes * COST
      if (cost > left || Math.abs(now() - measuredAt) > MEASURE_MS) look()
      if (cost > left) return false
      left -= cost
      taken += cost
      return true
    },
    isThere() {
      const needed = taken + LEAST
      if (free() >= needed) return true
      const { file, used } = measure()
      return file - used >= needed
    },
    isShort() {
      const space = measure()
      return space.free < reserveOf(space.disk)
    },
  }
}

const reserveOf = (bytes: number): number => Math.min(MAX_RESERVE, bytes * RESERVE_SHARE)

/** Free pages of the file count as room, those of the disk too; of both together and of the limit a reserve is kept. */
const roomIn = ({ used, file, free, disk }: Space, maxBytes: number | undefined): number => {
  const onDisk = free + Math.max(0, file - used) - reserveOf(disk)
  const allowed = maxBytes === undefined ? onDisk : maxBytes - used - reserveOf(maxBytes)
  return Math.min(onDisk, allowed)
}
