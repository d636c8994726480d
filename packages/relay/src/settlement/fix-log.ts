import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The lineage of an event that was sent again as another. */
export type FixLine = {
  /** Of the trashed event. */
  readonly nonce: string
  readonly fixedAs: string
  readonly upstreamId: string
  /** Epoch ms. */
  readonly fixedAt: number
}

export interface FixLog {
  append(line: FixLine): Promise<void>
  /** By the nonce of the trashed event; the last one counts. */
  read(): Promise<Map<string, FixLine>>
}

export const createFixLog = (path: string): FixLog => ({
  async append(line) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 })
  },
  async read() {
    const text = await readFile(path, 'utf8').catch(() => '')
    return new Map(
      text
        .split('\n')
        .flatMap(lineIn)
        .map((line) => [line.nonce, line]),
    )
  },
})

/** A line that was cut by a crash is left out: its event is sent again under the same nonce. */
const lineIn = (text: string): FixLine[] => {
  try {
    const value: unknown = JSON.parse(text)
    return isLine(value) ? [value] : []
  } catch {
    return []
  }
}

// The command's own lines: what it wrote is what is read.
const isLine = (value: unknown): value is FixLine =>
  typeof value === 'object' && value !== null && 'nonce' in value && 'fixedAs' in value
