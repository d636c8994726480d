import { main } from '../../packages/relay/src/cli/main.ts'
import type { Net } from '../../packages/relay/src/cli/net.ts'

export type Ran = { code: number; out: string; err: string; sketches: string[] }

export type TerminalOptions = {
  env?: Record<string, string>
  net?: Net
  /** Somebody watches. */
  tty?: boolean
}

/** Time enough between two looks at the clock for a bar to be drawn. */
const LOOK_MS = 200

/** Runs the command line inside the test's own process, and tells what it said and how it ended. */
export const runCli = async (args: readonly string[], options: TerminalOptions = {}): Promise<Ran> => {
  const { env = {}, net, tty = false } = options
  const ran: Ran = { code: 0, out: '', err: '', sketches: [] }
  let now = 0
  const term = {
    out(text: string) {
      ran.out += `${text}\n`
    },
    err(text: string) {
      ran.err += `${text}\n`
    },
    ...(tty && { sketch: (text: string) => void ran.sketches.push(text) }),
    now() {
      now += LOOK_MS
      return now
    },
    env,
    onStop: () => {},
    exit(code: number) {
      ran.code = code
    },
  }
  await main(args, term, net)
  return ran
}
