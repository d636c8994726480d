import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { createClient } from '@wmkt/api/client'
import type { Command } from 'commander'
import { type Applied, createApply } from '../after/apply.ts'
import { type Change, changeOf, flawOfHeader, idOf, type Metric } from '../after/change.ts'
import { parseCsv } from '../after/csv.ts'
import { createReport, type Report } from '../after/report.ts'
import { OptionError } from '../option.ts'
import { type AdminClient, findAdmin } from './admin-client.ts'
import type { Configuration } from './configuration.ts'
import { CommandFailed } from './failure.ts'
import type { LetterContext } from './letter-commands.ts'
import { createProgress } from './progress.ts'
import type { Term } from './term.ts'
import { withUpstream } from './with-upstream.ts'

type SetOptions = { date?: string; json?: boolean }
type ImportOptions = { dryRun?: boolean; report?: string; json?: boolean }

/** `state set|import`, `statistic set|import`: what becomes of an event after it was delivered. */
export const afterCommands = (parent: Command, metric: Metric, context: LetterContext): void => {
  const { add, configure, term } = context
  add(parent, 'set <event> <key> <value>', `set a ${metric} of a delivered event`)
    .option('--date <date>', 'RFC 3339; when it came about')
    .option('--json', 'as JSON')
    .action((event: string, key: string, value: string, options: SetOptions, command) =>
      setOne(configure(command), term, metric, { event, key, value, ...options }),
    )
  add(parent, 'import <file>', `set ${metric}s from a CSV file with the columns event, key, value, date`)
    .option('--dry-run', 'look at every row, and set nothing')
    .option(
      '--report <file>',
      'what became of each row; an import goes on behind it (default <file>.report.jsonl)',
    )
    .option('--json', 'as JSON')
    .action((file: string, options: ImportOptions, command) =>
      importFile(configure(command), term, metric, { file, ...options }),
    )
}

const setOne = async (
  configuration: Configuration,
  term: Term,
  metric: Metric,
  { date = '', json = false, ...cells }: SetOptions & { event: string; key: string; value: string },
) => {
  const change = changeOf(metric, { ...cells, date })
  if (typeof change === 'string') throw new OptionError(metric, change, 'something else')
  const applied = await withApply(configuration, (apply) => apply(metric, change))
  if (applied.outcome !== 'set') throw new CommandFailed(applied.message)
  term.out(
    json ? JSON.stringify({ done: 'set', event: change.event, key: change.key }) : `set: ${change.key}`,
  )
}

/** Gives the work what sets one change, by the relay's own credential; nonces are looked up in the relay that runs. */
const withApply = async <T>(
  { relay, listen }: Configuration,
  work: (apply: ReturnType<typeof createApply>) => Promise<T>,
): Promise<T> => {
  const admin = await findAdmin(listen, relay.adminToken).catch(() => undefined)
  return withUpstream(relay, ({ projectId, ...source }) =>
    work(
      createApply({
        client: createClient(source),
        projectId,
        eventIdOf: (event) => eventIdOf(admin, event),
        wait: (ms) => wait(ms),
      }),
    ),
  )
}

/** What this relay does not know as a nonce is taken for the upstream's id. */
const eventIdOf = async (admin: AdminClient | undefined, event: string): Promise<string | undefined> => {
  const isNonce = /^[\w-]{1,64}$/.test(event)
  const fate = isNonce ? await admin?.call('GET', `/api/items/${event}?kind=event`) : undefined
  if (typeof fate !== 'object' || fate === null || !('state' in fate)) return event
  if ('upstreamId' in fate && typeof fate.upstreamId === 'string') return fate.upstreamId
  return fate.state === 'settled' ? event : undefined
}

type Row = { line: number; change: Change | string }
type Counts = { rows: number; wrong: number; before: number; set: number; refused: number; failed: number }

const importFile = async (
  configuration: Configuration,
  term: Term,
  metric: Metric,
  {
    file,
    dryRun = false,
    report: path = `${file}.report.jsonl`,
    json = false,
  }: ImportOptions & { file: string },
) => {
  const rows = await rowsOf(file, metric)
  const wrong = rows.filter(({ change }) => typeof change === 'string')
  for (const { line, change } of wrong) term.err(`line ${line}: ${change}`)
  const report = createReport(path)
  const done = await report.done()
  const open = rows.filter(({ change }) => typeof change !== 'string' && !done.has(idOf(metric, change)))
  const counts: Counts = {
    ...{ rows: rows.length, wrong: wrong.length, before: rows.length - wrong.length - open.length },
    ...{ set: 0, refused: 0, failed: 0 },
  }
  if (!dryRun) await setAll(configuration, term, metric, { open, report, counts })
  term.out(json ? JSON.stringify(counts) : textOf(counts, dryRun ? open.length : undefined))
  const { refused, failed } = counts
  if (failed > 0) throw new CommandFailed('not all could be set: run it again, and it goes on from there')
  if (refused + wrong.length > 0)
    throw new CommandFailed(`some rows were refused: ${dryRun ? 'see above' : path}`)
}

/** @throws OptionError for a file that cannot be read as what it should be */
const rowsOf = async (file: string, metric: Metric): Promise<Row[]> => {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) throw new OptionError('file', 'a CSV file', file)
  const { header, rows } = parseCsv(text)
  const flaw = flawOfHeader(header)
  if (flaw !== undefined) throw new OptionError(file, 'columns event, key, value, date', flaw)
  return rows.map(({ line, cells }) => ({ line, change: changeOf(metric, cells) }))
}

type Work = { open: readonly Row[]; report: Report; counts: Counts }

/** One after the other, each written down before the next: what is cut short goes on from there. */
const setAll = (
  configuration: Configuration,
  term: Term,
  metric: Metric,
  { open, report, counts }: Work,
): Promise<void> =>
  withApply(configuration, async (apply) => {
    const progress = createProgress(term, 'setting', open.length)
    try {
      for (const { line, change } of open) {
        if (typeof change === 'string') continue
        const applied = await apply(metric, change)
        counts[applied.outcome] += 1
        await report.add({ id: idOf(metric, change), line, ...reported(applied) })
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
