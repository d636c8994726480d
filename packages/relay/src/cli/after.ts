import { setTimeout as wait } from 'node:timers/promises'
import { createClient } from '@wmkt/api/client'
import type { Command } from 'commander'
import type { Applied } from '../after/attempts.ts'
import {
  CAMPAIGN_COLUMNS,
  type CampaignChange,
  createCampaignSetter,
  createOutlaySetter,
  OUTLAY_COLUMNS,
  type OutlayChange,
  readCampaign,
  readOutlay,
} from '../after/campaign.ts'
import {
  createMetricSetter,
  METRIC_COLUMNS,
  type Metric,
  type MetricChange,
  readMetric,
} from '../after/metric.ts'
import { OptionError } from '../option.ts'
import { type AdminClient, findAdmin } from './admin-client.ts'
import type { Configuration } from './configuration.ts'
import { CommandFailed } from './failure.ts'
import { type ImportOptions, importFile, type Recipe } from './import-file.ts'
import type { LetterContext } from './letter-commands.ts'
import { jsonOf } from './plain.ts'
import type { Term } from './term.ts'
import { withUpstream } from './with-upstream.ts'

type SetOptions = { date?: string; json?: boolean }
type FileOptions = Omit<ImportOptions, 'file'>

/** `state set|import`, `statistic set|import`: what becomes of an event after it was delivered. */
export const metricCommands = (parent: Command, metric: Metric, context: LetterContext): void => {
  const { add, configure, term } = context
  add(parent, 'set <event> <key> <value>', `set a ${metric} of a delivered event`)
    .option('--date <date>', 'RFC 3339; when it came about')
    .option('--json', 'as JSON')
    .action((event: string, key: string, value: string, options: SetOptions, command) =>
      setOne(configure(command), term, metric, { event, key, value, ...options }),
    )
  importing(add(parent, 'import <file>', `set ${metric}s from a CSV file: event, key, value, date`)).action(
    (file: string, options: FileOptions, command) =>
      importFile(metricRecipe(configure(command), metric), term, { file, ...options }),
  )
}

/** `campaign import`, `outlay import`: what custom ads cost, and what they are called. */
export const campaignCommands = (
  campaign: Command,
  outlay: Command,
  { add, configure, term }: LetterContext,
): void => {
  type Options = FileOptions & { integration: string }
  const integrating = (command: Command) =>
    importing(command).requiredOption('--integration <wmktId>', 'of custom ads, as the app shows it')
  integrating(add(campaign, 'import <file>', 'campaigns from a CSV file: slug, name, active')).action(
    (file: string, { integration, ...options }: Options, command) =>
      importFile(campaignRecipe(configure(command), integration), term, { file, ...options }),
  )
  integrating(add(outlay, 'import <file>', 'money spent from a CSV file: slug, amount, start, end')).action(
    (file: string, { integration, ...options }: Options, command) =>
      importFile(outlayRecipe(configure(command), integration), term, { file, ...options }),
  )
}

const importing = (command: Command): Command =>
  command
    .option('--dry-run', 'look at every row, and set nothing')
    .option(
      '--report <file>',
      'what became of each row; an import goes on behind it (default <file>.report.jsonl)',
    )
    .option('--json', 'as JSON')

const metricRecipe = (configuration: Configuration, metric: Metric): Recipe<MetricChange> => ({
  what: metric,
  columns: METRIC_COLUMNS,
  read: (cells) => readMetric(metric, cells),
  withSetter: (work) => withMetricSetter(configuration, metric, work),
})

const campaignRecipe = ({ relay }: Configuration, wmktId: string): Recipe<CampaignChange> => ({
  what: `campaign ${wmktId}`,
  columns: CAMPAIGN_COLUMNS,
  read: readCampaign,
  withSetter: (work) =>
    withUpstream(relay, ({ projectId, ...source }) =>
      work(createCampaignSetter({ client: createClient(source), projectId, wmktId, wait: pause })),
    ),
})

const outlayRecipe = ({ relay }: Configuration, wmktId: string): Recipe<OutlayChange> => ({
  what: `outlay ${wmktId}`,
  columns: OUTLAY_COLUMNS,
  read: readOutlay,
  withSetter: (work) =>
    withUpstream(relay, ({ projectId, ...source }) =>
      work(createOutlaySetter({ client: createClient(source), projectId, wmktId, wait: pause })),
    ),
})

const pause = async (ms: number): Promise<void> => {
  await wait(ms)
}

const setOne = async (
  configuration: Configuration,
  term: Term,
  metric: Metric,
  { date = '', json = false, ...cells }: SetOptions & { event: string; key: string; value: string },
) => {
  const change = readMetric(metric, { ...cells, date })
  if (typeof change === 'string') throw new OptionError(metric, change, 'something else')
  const applied = await withMetricSetter(configuration, metric, (set) => set(change))
  if (applied.outcome !== 'set') throw new CommandFailed(applied.message)
  term.out(json ? jsonOf({ done: 'set', event: change.event, key: change.key }) : `set: ${change.key}`)
}

/** By the relay's own credential; nonces are looked up in the relay that runs. One that refuses us would leave them unknown: it is said. */
const withMetricSetter = async <T>(
  { relay, listen }: Configuration,
  metric: Metric,
  work: (set: (change: MetricChange) => Promise<Applied>) => Promise<T>,
): Promise<T> => {
  const admin = await findAdmin(listen, relay.adminToken)
  const lookUp = (event: string) => eventIdOf(admin, event)
  return withUpstream(relay, ({ projectId, ...source }) =>
    work(
      createMetricSetter({ client: createClient(source), projectId, eventIdOf: lookUp, wait: pause }, metric),
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
