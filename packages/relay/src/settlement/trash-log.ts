import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Sighting } from './sighting.ts'

/** What became known of an event that was seen in the trash. */
export type TrashLine = Omit<Sighting, 'key'> & {
  readonly state: 'trashed' | 'unknown'
  /** Epoch ms. */
  readonly foundAt: number
}

/** Lines of JSON, one an event, in the order they were found. */
export interface TrashLog {
  append(lines: readonly TrashLine[]): Promise<void>
  read(): Promise<TrashLine[]>
}

export const createTrashLog = (path: string): TrashLog => ({
  async append(lines) {
    if (lines.length === 0) return
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await appendFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 })
  },
  async read() {
    const text = await readFile(path, 'utf8').catch(() => '')
    return text.split('\n').flatMap(lineIn)
  },
})

/** A line that was cut by a crash is left out. */
const lineIn = (text: string): TrashLine[] => {
  try {
    const value: unknown = JSON.parse(text)
    return isLine(value) ? [value] : []
  } catch {
    return []
  }
}

// The relay's own lines: what it wrote is what is read.
const isLine = (value: unknown): value is TrashLine =>
  typeof value === 'object' && value !== null && 'state' in value && 'foundAt' in value
