import { readFile } from 'node:fs/promises'
import type { Applied } from '../after/attempts.ts'
import { type Columns, type CsvRow, flawOfHeader, parseCsv } from '../after/csv.ts'
import { createReport, idOf, type Report } from '../after/report.ts'
import { OptionError } from '../option.ts'
import { CommandFailed } from './failure.ts'
import { jsonOf } from './plain.ts'
import { createProgress } from './progress.ts'
import type { Term } from './term.ts'

export type ImportOptions = { file: string; dryRun?: boolean; report?: string; json?: boolean }

/** What the rows of a file mean. */
export type Recipe<Change extends object> = {
  what: string
  columns: Columns
  /** A change, or what is wrong with the row. */
  read(cells: CsvRow['cells']): Change | string
  /** Gives the work what carries one change out. */
  withSetter(work: (set: (change: Change) => Promise<Applied>) => Promise<void>): Promise<void>
}

type Row<Change> = { line: number; change: Change }
type Counts = { rows: number; wrong: number; before: number; set: number; refused: number; failed: number }

/** Carries a CSV file out, row by row; run again, it goes on behind what its report says is done. */
export const importFile = async <Change extends object>(
  recipe: Recipe<Change>,
  term: Term,
  { file, dryRun = false, report: path = `${file}.report.jsonl`, json = false }: ImportOptions,
): Promise<void> => {
  const { rows, wrong } = await rowsOf(file, recipe)
  for (const { line, change } of wrong) term.err(`line ${line}: ${change}`)
  const report = createReport(path)
  const done = await report.done()
  const open = rows.filter(({ change }) => !done.has(idOf(recipe.what, change)))
  const counts: Counts = {
    ...{ rows: rows.length + wrong.length, wrong: wrong.length, before: rows.length - open.length },
    ...{ set: 0, refused: 0, failed: 0 },
  }
  if (!dryRun) await setAll(recipe, term, { open, report, counts })
  term.out(json ? jsonOf(counts) : textOf(counts, dryRun ? open.length : undefined))
  const { refused, failed } = counts
  if (failed > 0) throw new CommandFailed('not all could be set: run it again, and it goes on from there')
  if (refused + wrong.length > 0)
    throw new CommandFailed(`some rows were refused: ${dryRun ? 'see above' : path}`)
}

/** @throws OptionError for a file that cannot be read as what it should be */
const rowsOf = async <Change extends object>(file: string, { columns, read }: Recipe<Change>) => {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) throw new OptionError('file', 'a CSV file', file)
  const parsed = parseCsv(text)
  const flaw = flawOfHeader(parsed.header, columns)
  if (flaw !== undefined)
    throw new OptionError(file, `columns ${[...columns.needed, ...columns.optional].join(', ')}`, flaw)
  const rows: Row<Change>[] = []
  const wrong: Row<string>[] = []
  for (const { line, cells } of parsed.rows) {
    const change = read(cells)
    if (typeof change === 'string') wrong.push({ line, change })
    else rows.push({ line, change })
  }
  return { rows, wrong }
}

type Work<Change> = { open: readonly Row<Change>[]; report: Report; counts: Counts }

/** One after the other, each written down before the next: what is cut short goes on from there. */
const setAll = <Change extends object>(
  { what, withSetter }: Recipe<Change>,
  term: Term,
  { open, report, counts }: Work<Change>,
): Promise<void> =>
  withSetter(async (set) => {
    const progress = createProgress(term, 'setting', open.length)
    try {
      for (const { line, change } of open) {
        const applied = await set(change)
        counts[applied.outcome] += 1
        await report.add({ id: idOf(what, change), line, ...reported(applied) })
        progress.step()
        if (applied.outcome === 'failed' && applied.stop) return
      }
    } finally {
      progress.end()
    }
  })

const reported = (applied: Applied) =>
  applied.outcome === 'set' ? applied : { outcome: applied.outcome, message: applied.message }

const textOf = ({ rows, wrong, before, set, refused, failed }: Counts, would: number | undefined): string =>
  would === undefined
    ? `import: ${set} set, ${before} set before, ${refused} refused, ${failed} failed, ${wrong} wrong, of ${rows} rows`
    : `would import: ${would} to set, ${before} set before, ${wrong} wrong, of ${rows} rows`
