import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { singleOf } from '../relay/outbox/intakes.ts'
import { outboxCases } from '../relay/outbox/outbox-cases.ts'
import { createMachine } from './chain/machine.ts'
import type { Mortal } from './chain/mortal.ts'
import { compileShipped, type RelayParts } from './chain/shipped.ts'
import { CALM } from './chain/weather.ts'
import { createWorld } from './world.ts'

/** A process for which time goes by itself. */
const immortal: Mortal = {
  being: { name: 'process', alive: true, frozenUntil: 0 },
  act: () => true,
  plan(_ms, run) {
    const timer = setImmediate(run)
    return () => clearImmediate(timer)
  },
  doom: () => {},
  end: () => {},
  onEnd: () => {},
}

const { relay } = await compileShipped()

outboxCases('over the tables of the simulation', async (clock, maxBacklog) => {
  const world = createWorld(() => 0.5)
  const machine = createMachine(world, () => CALM)
  const host = { openStore: () => machine.openStore(immortal) }
  const { openLmdbOutbox } = relay({ host, setImmediate }) as RelayParts
  const outbox = await openLmdbOutbox({
    ...{ dir: '', clock, log: silentLog, single: singleOf, onFatal: () => {} },
    ...(maxBacklog !== undefined && { maxBacklog }),
  })
  return { outbox, dispose: outbox.close }
})
