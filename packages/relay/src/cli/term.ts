/** What the command line does to the world: the process is touched here alone. */
export type Term = {
  out(text: string): void
  err(text: string): void
  /** Writes over the line on a terminal; undefined when nobody watches. */
  sketch?: ((text: string) => void) | undefined
  /** Epoch ms. */
  now(): number
  env: Readonly<Record<string, string | undefined>>
  /** Calls back once at SIGTERM or SIGINT. */
  onStop(callback: () => void): void
  exit(code: number): void
}

export const processTerm: Term = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  sketch: process.stderr.isTTY ? (text) => void process.stderr.write(text) : undefined,
  now: Date.now,
  env: process.env,
  onStop(callback) {
    process.once('SIGTERM', callback)
    process.once('SIGINT', callback)
  },
  exit(code) {
    process.exitCode = code
  },
}
