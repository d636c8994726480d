import { createRequire } from 'node:module'
import { Command, CommanderError, Option } from 'commander'
import { resolveOptions } from '../options.ts'
import { loadAssets } from '../serve/assets.ts'
import { findAdmin } from './admin-client.ts'
import { campaignCommands, metricCommands } from './after.ts'
import { check } from './check.ts'
import {
  type Configuration,
  configurationOf,
  gather,
  type Reach,
  reachOf,
  type Texts,
} from './configuration.ts'
import { doctor, doctorOptionsOf } from './doctor.ts'
import { readEnvFile } from './env-file.ts'
import { type EraseOptions, erase, personOf } from './erase.ts'
import { CommandFailed, exitCodeOf, lineOf, MISUSED } from './failure.ts'
import { keyCommands } from './keys.ts'
import { letterCommands } from './letter-commands.ts'
import { type MigrateOptions, migrate } from './migrate.ts'
import { type Net, systemNet } from './net.ts'
import { jsonOf, plain } from './plain.ts'
import { SETTINGS } from './settings.ts'
import { SNIPPET_NOTE, snippetOf } from './snippet.ts'
import { start } from './start.ts'
import { showStatus } from './status.ts'
import { processTerm, type Term } from './term.ts'
import { trashCommands } from './trash-commands.ts'
import { type TypesOptions, types } from './types.ts'
import { withDesk } from './with-desk.ts'

/** Of this package, wherever it is installed. */
const { version: VERSION }: { version: string } = createRequire(import.meta.url)('../../package.json')

/** The command line. Exit codes: 0 done, 1 failed, 2 usage or configuration. */
export const main = async (
  args: readonly string[],
  term: Term = processTerm,
  net: Net = systemNet,
): Promise<void> => {
  try {
    await programOf(term, net).parseAsync([...args], { from: 'user' })
  } catch (error) {
    // Commander has said its line already.
    if (error instanceof CommanderError) return term.exit(error.exitCode === 0 ? 0 : MISUSED)
    term.err(lineOf(error))
    term.exit(exitCodeOf(error))
  }
}

const programOf = (term: Term, net: Net): Command => {
  const program = new Command('wmkt-relay')
    .description('First-party relay for Webmarketer')
    .version(VERSION, '-V, --version', 'which version this is')
    .addHelpText('after', ENDINGS)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => term.out(text.trimEnd()),
      writeErr: (text) => term.err(text.trimEnd()),
    })
  const textsOf = (command: Command): Texts => gather(flagsOf(command), term.env, readEnvFile('.env'))
  const configure = (command: Command): Configuration => configurationOf(textsOf(command))
  const reach = (command: Command): Reach => reachOf(textsOf(command))
  const add = (parent: Command, name: string, about: string): Command =>
    parent.command(name).description(about)

  program.addCommand(
    new Command('start')
      .copyInheritedSettings(program)
      .description('run the relay (the default)')
      .allowExcessArguments()
      .action((_options, command: Command) => {
        // Whatever is no command comes here, as this is the default.
        const [stranger] = command.args
        if (stranger !== undefined)
          command.error(`error: unknown command '${plain(stranger)}': see wmkt-relay --help`)
        return start(configure(command), term)
      }),
    { isDefault: true },
  )
  add(program, 'check', 'exchange a token and read the event types')
    .option('--json', 'as JSON')
    .action(({ json = false }: { json?: boolean }, command) => check(configure(command), term, json))
  add(program, 'status', 'what the running relay says of itself')
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { json?: boolean }, command) => {
      const { listen, adminToken } = reach(command)
      await showStatus(await findAdmin(listen, adminToken), term, json)
    })
  add(program, 'snippet', 'the lines to paste into your pages')
    .option('--site <url>', 'where the public routes are reached', '')
    .option('--json', 'as JSON')
    .action((options: SnippetOptions, command) => snippet(configure(command), options, term))
  trashCommands(program.command('trash').description('delivered events that the upstream threw away'), {
    add,
    configure,
    term,
  })
  add(program, 'types', 'TypeScript for the project’s event types: types > wmkt.d.ts')
    .option('--check <file>', 'fail when the file does not fit the event types any more')
    .option('--json', 'as JSON')
    .action((options: TypesOptions, command) => types(configure(command), term, options))
  add(program, 'doctor <site>', 'look at a site and its relay from outside')
    .option('--relay <url>', 'where the public routes are; else as the page’s snippet says')
    .option('--json', 'as JSON')
    .action((site: string, options: { relay?: string; json?: boolean }, command) => {
      return doctor(net, term, doctorOptionsOf(site, options, textsOf(command)))
    })
  add(program, 'migrate', 'carry the outbox in a folder over to NATS; the relay on it must have stopped')
    .option('--from <url>', 'lmdb:<dir>; else WMKT_OUTBOX_URL')
    .requiredOption('--to <url>', 'nats://host:port[,host:port]')
    .option('--json', 'as JSON')
    .action((options: MigrateOptions, command) => migrate(configure(command), term, options))
  letterCommands(program.command('dead-letters').description('what is kept for a person'), {
    add,
    reach,
    term,
  })
  add(program, 'erase', 'remove somebody from the outbox: what is held, dead letters, kept records')
    .option('--tracker <id>', 'their tracker ID')
    .option('--email <address>', 'their e-mail address')
    .option('--dry-run', 'count, and erase nothing')
    .option('--yes', 'it is meant')
    .option('--json', 'as JSON')
    .action((options: EraseOptions, command) => {
      const person = personOf(options)
      return withDesk(reach(command), (desk) => erase(desk, term, person, options))
    })
  for (const metric of ['state', 'statistic'] as const)
    metricCommands(program.command(metric).description(`${metric}s of events that were delivered`), metric, {
      add,
      configure,
      term,
    })
  campaignCommands(
    program.command('campaign').description('campaigns of custom ads'),
    program.command('outlay').description('money spent on campaigns of custom ads'),
    { add, configure, term },
  )
  keyCommands(program.command('keys').description('what the outbox is encrypted with'), {
    add,
    configure,
    term,
  })
  return withSettings(program)
}

const ENDINGS = '\nExit codes: 0 done, 1 failed, 2 wrong usage or settings.'
const SETTINGS_HEADING = 'Settings, as the environment and a .env file may carry them too (.env.example):'

/** Of every command that does something, below its own options: these are what a person asks the help for. */
const withSettings = (command: Command): Command => {
  for (const below of command.commands) withSettings(below)
  if (command.commands.length > 0) return command
  for (const { flag, about, fallback } of SETTINGS) {
    const text = fallback === undefined ? about : `${about} (default ${fallback})`
    command.addOption(new Option(`--${flag} <value>`, text).helpGroup(SETTINGS_HEADING))
  }
  return command
}

/** Flags under the names of the environment. */
const flagsOf = (command: Command): Record<string, string | undefined> => {
  const given: Record<string, unknown> = command.opts()
  const entries = SETTINGS.map(({ env, flag }): [string, string | undefined] => {
    const value = given[flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())]
    return [env, typeof value === 'string' ? value : undefined]
  })
  return Object.fromEntries(entries)
}

type SnippetOptions = { site: string; json?: boolean }

const snippet = ({ relay, listen }: Configuration, { site, json }: SnippetOptions, term: Term): void => {
  const { projectId, trackerCookie } = resolveOptions(relay)
  const tag = loadAssets().get('tag.js')
  if (!tag) throw new CommandFailed('tag.js is not built: npm run build')
  const base = site.replace(/\/$/, '') + listen.basePath.replace(/\/$/, '')
  const lines = snippetOf(tag, base, projectId, trackerCookie)
  term.out(json ? jsonOf({ snippet: lines, integrity: tag.integrity, note: SNIPPET_NOTE }) : lines)
  if (!json) term.err(SNIPPET_NOTE)
}
