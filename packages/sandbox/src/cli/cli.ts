import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { startSandbox } from '../sandbox.ts'

/** What the command needs of its process. */
export type Surroundings = {
  readonly argv: readonly string[]
  print(line: string): void
  complain(text: string): void
  /** Calls back at the first signal to end. */
  onEnd(stop: () => void): void
}

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number')
  return Number(text)
}

const READY = `
Prints one JSON line (api, oauth, credentials, projectId) once every endpoint answers: within a second on a folder
that holds data, after some seconds on a new one. The embedded database does not sync to disk: a killed process loses
nothing it answered for, a power cut may. Ends at SIGTERM or SIGINT with exit code 0; 1 is a start that failed, 2 a
wrong option.`

const createCommand = ({ complain, print }: Surroundings): Command =>
  new Command('wmkt-sandbox')
    .description('The whole Webmarketer API on your machine, for building and testing without an account')
    .option('--port <port>', 'port to listen on, 0 for a free one', wholeNumber, 8789)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data-dir <dir>', 'folder of the key file and the embedded database', './data/sandbox')
    .option('--project <slug>', 'project made at the first start', 'demo-shop')
    .option('--database-url <url>', 'a real PostgreSQL instead of the embedded one')
    .option('--strict', 'read the ambiguities of the reference the strict way', false)
    .option('--latency-ms <ms>', 'how long an accepted event waits before it is computed', wholeNumber, 20)
    .option('--token-life-s <s>', 'life of an access token', wholeNumber, 3600)
    .option('--anonymous-events', 'take events without a token', false)
    .option('--trash-sync-refusals', 'also trash what /events/sync refuses', false)
    .option('--plain-trash-errors', 'tell errors of trashed events as plain strings', false)
    .option('--log-level <level>', 'pino level of the log on stderr', 'info')
    .addHelpText('after', READY)
    .configureOutput({ writeOut: print, writeErr: complain })
    .exitOverride()

/** Usage and configuration are the caller's to mend: exit code 2; anything else is 1. */
const codeOf = (cause: unknown): number => {
  if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : 2
  return cause instanceof TypeError ? 2 : 1
}

/**
 * Runs `wmkt-sandbox`: prints one JSON line once it listens, ends at the first signal.
 *
 * @returns the exit code
 */
export const runCli = async (surroundings: Surroundings): Promise<number> => {
  try {
    const options = createCommand(surroundings)
      .parse([...surroundings.argv], { from: 'user' })
      .opts()
    const ended = new Promise<void>((end) => surroundings.onEnd(end))
    const sandbox = await startSandbox(options)
    const { api, oauth, credentials, projectId } = sandbox
    surroundings.print(`${JSON.stringify({ api, oauth, credentials, projectId })}\n`)
    await ended
    await sandbox.stop()
    return 0
  } catch (cause) {
    if (!(cause instanceof CommanderError))
      surroundings.complain(`wmkt-sandbox: ${cause instanceof Error ? cause.message : cause}\n`)
    return codeOf(cause)
  }
}
