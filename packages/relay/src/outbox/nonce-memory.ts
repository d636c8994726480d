import { seqKey, seqOfKey } from './keys.ts'
import { decodeRemembered, decodeRows, encodeRemembered, encodeRows, type Remembered } from './nonce-row.ts'
import { createSortedRuns } from './sorted-runs.ts'
import type { Stage } from './stage.ts'
import type { Table, Tables } from './store.ts'

/** How long a generation takes new nonces: each is remembered that long at least, and twice as long at most. */
export const GENERATION_MS = 30 * 24 * 3_600_000

/**
 * Which nonces were put. New ones go into a journal, a row for each transaction, and are gathered in memory; when there
 * are many, they move into their generation in order of their keys. A B-tree takes nonces in order ten times as fast as
 * nonces as they come, since neighbours share its pages.
 */
export interface NonceMemory {
  /** @param generation that which takes new nonces: 0 or 1 */
  recall(generation: number, key: Buffer): Remembered | undefined
  begin(generation: number): NonceChanges
}

/** The nonce memory as a transaction sees and changes it. */
export interface NonceChanges {
  recall(key: Buffer): Remembered | undefined
  remember(key: Buffer, remembered: Remembered): void
  /** Forgets the older generation, and lets it take the nonces from here on. */
  rotate(): void
  /** @param seq never used before, and greater than all before */
  write(stage: Stage, seq: number): void
  /** The transaction is done. */
  settle(): void
}

export type NonceMemorySizes = {
  /** Nonces gathered before they move. Twice as many are in memory at most, about 150 bytes each. */
  gathered: number
  /** Nonces, and rows of the journal, that a transaction moves at least. Twice what it adds, when that is more. */
  helping: number
}
const SIZES: NonceMemorySizes = { gathered: 65_536, helping: 64 }

/** Nonces on their way: `keys` from `at` on have not moved, rows of the journal from `erased` on are still there. */
type Moving = {
  rows: Map<string, string>
  keys: readonly string[]
  at: number
  seqs: number[]
  erased: number
}
const NOTHING: Moving = { rows: new Map(), keys: [], at: 0, seqs: [], erased: 0 }

type Nonces = Pick<Tables, 'nonces' | 'journal'>

export const openNonceMemory = ({ nonces, journal }: Nonces, sizes = SIZES): NonceMemory => {
  let rows = new Map<string, string>()
  let seqs: number[] = []
  let moving = NOTHING
  const runs = createSortedRuns()

  const gather = (seq: number, added: ReadonlyMap<string, string>) => {
    for (const [key, value] of added) rows.set(key, value)
    runs.add([...added.keys()])
    seqs.push(seq)
  }
  const moveOn = () => {
    if (moving.erased < moving.seqs.length || rows.size < sizes.gathered) return
    moving = { rows, keys: runs.takeAll(), at: 0, seqs, erased: 0 }
    rows = new Map()
    seqs = []
  }
  const onTheWay = (key: string): string | undefined => rows.get(key) ?? moving.rows.get(key)
  const onDisk = (tables: readonly Table[], key: Buffer): Remembered | undefined => {
    for (const table of tables) {
      const bytes = table.getBinaryFast(key)
      if (bytes) return decodeRemembered(bytes)
    }
    return undefined
  }
  for (const { key, value } of journal.getRange()) gather(seqOfKey(key), new Map(decodeRows(value)))

  const begin = (generation: number): NonceChanges => {
    const [current, older] = newerFirst(nonces, generation)
    const added = new Map<string, string>()
    let addedAt = 0
    let rotated = false
    let step = { at: 0, erased: 0 }

    const move = (stage: Stage, keys: readonly string[], from: ReadonlyMap<string, string>) => {
      for (const key of keys)
        stage.append(current, Buffer.from(key, 'latin1'), Buffer.from(from.get(key) ?? '', 'latin1'))
    }
    const erase = (stage: Stage, rowSeqs: readonly number[]) => {
      for (const seq of rowSeqs) stage.remove(journal, seqKey(seq))
    }
    const help = (stage: Stage) => {
      const helping = Math.max(sizes.helping, 2 * added.size)
      const { keys, at, seqs, erased } = moving
      const to = Math.min(keys.length, at + helping)
      // A row of the journal goes when all its nonces have moved.
      const erasedTo = at < keys.length ? erased : Math.min(seqs.length, erased + helping)
      move(stage, keys.slice(at, to), moving.rows)
      erase(stage, seqs.slice(erased, erasedTo))
      step = { at: to, erased: erasedTo }
    }
    /** What is on its way belongs to the generation that ends. */
    const moveAll = (stage: Stage) => {
      move(stage, moving.keys.slice(moving.at), moving.rows)
      move(stage, [...rows.keys()], rows)
      erase(stage, moving.seqs.slice(moving.erased))
      erase(stage, seqs)
      stage.clear(older)
    }
    const forget = () => {
      moving = NOTHING
      rows = new Map()
      seqs = []
      runs.takeAll()
    }
    return {
      recall(key) {
        const text = key.toString('latin1')
        const value = added.get(text) ?? onTheWay(text)
        if (value !== undefined) return decodeRemembered(Buffer.from(value, 'latin1'))
        return onDisk(rotated ? [current] : [current, older], key)
      },
      remember: (key, remembered) =>
        void added.set(key.toString('latin1'), encodeRemembered(remembered).toString('latin1')),
      rotate() {
        rotated = true
      },
      write(stage, seq) {
        addedAt = seq
        if (rotated) moveAll(stage)
        else help(stage)
        if (added.size > 0) stage.append(journal, seqKey(seq), encodeRows(added))
      },
      settle() {
        if (rotated) forget()
        else moving = { ...moving, ...step }
        if (added.size > 0) gather(addedAt, added)
        moveOn()
      },
    }
  }
  return {
    recall(generation, key) {
      const value = onTheWay(key.toString('latin1'))
      if (value !== undefined) return decodeRemembered(Buffer.from(value, 'latin1'))
      return onDisk(newerFirst(nonces, generation), key)
    },
    begin,
  }
}

/** A redriven nonce may be in both generations, and was put anew in the newer one. */
const newerFirst = (nonces: Tables['nonces'], generation: number): readonly [Table, Table] =>
  generation === 0 ? nonces : [nonces[1], nonces[0]]

/** Whether the present generation has had its time. */
export const isGenerationOver = (rotatedAt: number, now: number): boolean => now - rotatedAt >= GENERATION_MS
