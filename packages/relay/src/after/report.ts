import { createHash } from 'node:crypto'
import { appendFile, readFile } from 'node:fs/promises'

/** What became of one row. Nothing of what it holds, so that the file may lie anywhere. */
export type ReportLine = {
  readonly id: string
  /** Of the CSV. */
  readonly line: number
  readonly outcome: 'set' | 'refused' | 'failed'
  readonly message?: string
}

/** Lines of JSON. An import that was cut short goes on behind what is `set` in it. */
export interface Report {
  add(line: ReportLine): Promise<void>
  /** Ids of changes that were made. */
  done(): Promise<Set<string>>
}

export const createReport = (path: string): Report => ({
  add: (line) => appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 }),
  async done() {
    const text = await readFile(path, 'utf8').catch(() => '')
    return new Set(text.split('\n').flatMap(setIn))
  },
})

/** A line that was cut by a crash is left out: its change is made again, which changes nothing. */
const setIn = (text: string): string[] => {
  try {
    const line: ReportLine = JSON.parse(text)
    return line.outcome === 'set' ? [line.id] : []
  } catch {
    return []
  }
}

/** Tells a change from all others: the same file sent again is known again, and a corrected row is another. */
export const idOf = (what: string, change: object): string =>
  createHash('sha256')
    .update(JSON.stringify([what, Object.entries(change).sort()]))
    .digest('base64url')
    .slice(0, 22)
