import { systemClock } from '../clock.ts'
import { OptionError } from '../option.ts'
import { resolveOptions } from '../options.ts'
import { openLmdbOutbox } from '../outbox/lmdb/lmdb.ts'
import { type Moved, migrateOutbox } from '../outbox/migrate.ts'
import { openNatsImport } from '../outbox/nats/import.ts'
import { keyFileOf, openSealing } from '../seal/open-sealing.ts'
import { silentLog } from '../telemetry/log.ts'
import type { Configuration } from './configuration.ts'
import { jsonOf } from './plain.ts'
import { createProgress } from './progress.ts'
import type { Term } from './term.ts'

export type MigrateOptions = { from?: string; to?: string; json?: boolean }

/** Carries the outbox in a folder over to NATS. The relay on the folder must have stopped. */
export const migrate = async (
  { relay }: Configuration,
  term: Term,
  options: MigrateOptions,
): Promise<void> => {
  const { from: fromUrl, to: toUrl = '', json = false } = options
  const source = resolveOptions(fromUrl === undefined ? relay : { ...relay, outboxUrl: fromUrl })
  const target = resolveOptions({ ...relay, outboxUrl: toUrl })
  if (source.nats) throw new OptionError('--from', 'lmdb:<dir>', 'nats')
  const { nats: settings } = target
  if (!settings) throw new OptionError('--to', 'nats://host:port', toUrl || 'nothing')
  const moved = await carry(source, { ...target, settings }, term)
  const keyFile = keyFileOf(source)
  term.err(
    `migrate: what was carried over is encrypted: every relay there needs WMKT_KEY_FILE, a copy of ${keyFile}`,
  )
  if (json) return term.out(jsonOf({ done: 'migrate', ...moved }))
  term.out(`migrate: ${moved.items} held, ${moved.letters} dead letters, ${moved.nonces} nonces`)
}

type Source = ReturnType<typeof resolveOptions>
type Target = Source & { settings: NonNullable<Source['nats']> }

const carry = async (source: Source, target: Target, term: Term): Promise<Moved> => {
  const common = { clock: systemClock, log: silentLog }
  const seams = { ...common, single: openSealing(source, common).single }
  const from = await openLmdbOutbox({ dir: source.outboxDir, ...seams, onFatal: () => {} })
  try {
    const to = await openNatsImport({ ...target, ...seams })
    const { held, buried } = from.ledger()
    const progress = createProgress(term, 'migrating', from.nonceCount() + held + buried)
    try {
      return await migrateOutbox(from, to, progress.step)
    } finally {
      progress.end()
      await to.close()
    }
  } finally {
    await from.close()
  }
}
