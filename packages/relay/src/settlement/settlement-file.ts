import { readFile } from 'node:fs/promises'
import { writeWhole } from '../whole-file.ts'
import type { Reckoning } from './reckoning.ts'
import type { Sighting } from './sighting.ts'

/** What settlement knows between two starts. */
export type Kept = {
  readonly reckoning: Reckoning
  /** Epoch ms at which the first look was prepared. */
  readonly beganAt: number
  /** Epoch ms up to which the trash was read. */
  readonly readUntil: number
  /** Of trashed events that later readings will meet again. */
  readonly seen: readonly string[]
  /** In the trash, and never acknowledged here. Missing in files of before. */
  readonly waiting?: readonly Sighting[]
}

export interface SettlementFile {
  load(): Promise<Kept | undefined>
  save(kept: Kept): Promise<void>
}

const FORM = 1

export const createSettlementFile = (path: string): SettlementFile => ({
  async load() {
    const text = await readFile(path, 'utf8').catch(() => '')
    const value = parsed(text)
    return isKept(value) ? value : undefined
  },
  save: (kept) => writeWhole(path, JSON.stringify({ form: FORM, ...kept })),
})

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// The relay's own file: what it wrote is what is read.
const isKept = (value: unknown): value is Kept =>
  typeof value === 'object' &&
  value !== null &&
  'form' in value &&
  value.form === FORM &&
  'reckoning' in value
