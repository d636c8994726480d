import { parseArgs } from 'node:util'

/** Patience: BullMQ finds the job of a dead worker after a minute, at times after a minute and a half. */
const FULL = { events: 200, patienceS: 120, warm: { requests: 1_000, seconds: 3 }, seconds: 1.5, rounds: 5 }
const QUICK = { events: 50, patienceS: 20, warm: { requests: 200, seconds: 1 }, seconds: 1, rounds: 3 }

const options = { quick: { type: 'boolean' }, write: { type: 'boolean' }, events: { type: 'string' } }

/**
 * The command line: sizes, who is compared, whether the documentation is written.
 *
 * @throws when it asks for what there is not
 */
export const readArguments = (args, all) => {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
  const events = values.events === undefined ? {} : { events: Number(values.events) }
  const unknown = positionals.find((name) => !all.some((one) => one.name === name))
  if (unknown) throw new Error(`no contender is ${unknown}: ${all.map(({ name }) => name).join(', ')}`)
  if (values.write && positionals.length > 0) throw new Error('--write shows all contenders: name none')
  if (values.events !== undefined && !(Number.isInteger(events.events) && events.events > 0))
    throw new Error(`--events must be a whole number above 0, not ${values.events}`)
  return {
    sizes: { ...(values.quick ? QUICK : FULL), ...events },
    contenders: all.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    write: values.write === true,
  }
}
