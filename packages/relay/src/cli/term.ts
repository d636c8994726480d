/** What the command line does to the world: the process is touched here alone. */
export type Term = {
  out(text: string): void
  err(text: string): void
  env: Readonly<Record<string, string | undefined>>
  /** Calls back once at SIGTERM or SIGINT. */
  onStop(callback: () => void): void
  exit(code: number): void
}

export const processTerm: Term = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  env: process.env,
  onStop(callback) {
    process.once('SIGTERM', callback)
    process.once('SIGINT', callback)
  },
  exit(code) {
    process.exitCode = code
  },
}
