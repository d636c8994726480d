import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'

export type Display = {
  /** What `DISPLAY` is to be. */
  readonly name: string
  stop(): void
}

/** A screen that nobody sees, for browsers without a headless mode; it takes a free number by itself. */
export const startDisplay = async (): Promise<Display> => {
  const args = ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp']
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const stop = (): void => {
    server.kill()
  }
  process.once('exit', stop)
  const told = server.stdio[3]
  if (!(told instanceof Readable)) throw new Error('Xvfb has no pipe to tell its number')
  const number = await new Promise<string>((resolve, reject) => {
    told.once('data', (data) => resolve(String(data).trim()))
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)))
  })
  return { name: `:${number}`, stop }
}
