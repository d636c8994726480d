import { createRelay } from '../relay.ts'
import { startStandalone } from '../standalone.ts'
import type { Configuration } from './configuration.ts'
import { FAILED } from './failure.ts'
import type { Term } from './term.ts'

/** Runs the relay until it is told to stop, or the disk fails. */
export const start = async ({ relay: options, listen }: Configuration, term: Term): Promise<void> => {
  const relay = createRelay(options)
  const standalone = await startStandalone(relay, listen)
  let stopping = false
  const stop = async (code: number) => {
    if (stopping) return
    stopping = true
    term.exit(code)
    term.err('wmkt-relay: stopping …')
    await standalone.stop()
    term.err('wmkt-relay: stopped')
  }
  term.onStop(() => void stop(0))
  relay.on('fatal', () => void stop(FAILED))
  const base = listen.basePath.replace(/\/$/, '')
  term.err(`wmkt-relay: public ${standalone.public.url}${base}/ · admin ${standalone.admin.url}/`)
}
