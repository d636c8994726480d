import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** What the sandbox prints once it listens. */
export type SandboxAddress = { api: string; oauth: string; credentials: string; projectId: string }

export type SandboxProcess = { address: SandboxAddress; stop(): Promise<void> }

const PROGRAM = fileURLToPath(new URL('../bin/wmkt-sandbox.js', import.meta.resolve('@wmkt/sandbox')))

const firstLineOf = async (child: ChildProcess): Promise<string> => {
  if (!child.stdout) throw new Error('the sandbox has no output')
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('the sandbox ended before it listened; its reason stands above')
}

/** Its everyday news is not for who tries the demo. */
const argsFor = ({ port, dataDir }: { port: number; dataDir: string }): string[] => [
  ...['--port', String(port)],
  ...['--data-dir', dataDir],
  ...['--log-level', 'warn'],
]

/** Starts the sandbox in a process of its own and waits until it listens; `onExit` hears of an end nobody asked for. */
export const startSandboxProcess = async (options: {
  port: number
  dataDir: string
  onExit: (code: number | null) => void
}): Promise<SandboxProcess> => {
  const args = [PROGRAM, ...argsFor(options)]
  // Node's own flags pass on, as `fork` has it.
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const address: SandboxAddress = JSON.parse(await firstLineOf(child))
  child.on('exit', options.onExit)
  return {
    address,
    stop: async () => {
      child.off('exit', options.onExit)
      child.kill('SIGTERM')
      await exited
    },
  }
}
