import { type ChildProcess, spawn } from 'node:child_process'

export type Child = {
  readonly pid: number
  /** Everything it has printed so far. */
  output(): string
  /** Resolves with the first match of the pattern in what it prints, now or later; rejects when the process ends first. */
  saw(pattern: RegExp): Promise<RegExpExecArray>
  /** SIGTERM by default; resolves with the exit code once the process is gone. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** Of node's flags, the one under which an embedded database costs least when it lives as briefly as a test (vitest.config.ts). */
export const QUICK_DATABASE = '--liftoff-only'

const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Starts a node process with just these variables besides PATH; it never outlives the test run. */
export const startChild = (args: string[], env: Record<string, string> = {}): Child =>
  startProgram(process.execPath, args, env)

/** The same for any program. */
export const startProgram = (command: string, args: string[], env: Record<string, string> = {}): Child => {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  const exited = new Promise<number | null>((resolve) => {
    child.on('exit', (code) => {
      children.delete(child)
      resolve(code)
    })
  })
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const listener of listeners) listener()
    })
  return {
    pid: child.pid ?? 0,
    output: () => output,
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output)
          if (!match) return
          listeners.delete(look)
          resolve(match)
        }
        listeners.add(look)
        look()
        exited.then((code) => reject(new Error(`exited with ${code} before ${pattern}:\n${output}`)))
      }),
    end: async (signal = 'SIGTERM') => {
      child.kill(signal)
      return exited
    },
  }
}
