import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder } from '../child.mjs'
import { FAULT_MS } from './faults.mjs'
import { startRelay } from './relay.mjs'
import { sendEvents } from './sender.mjs'
import { openSink } from './sink.mjs'
import { STORES } from './stores.mjs'
import { missingOf, tallyOf } from './typescript.mjs'

/** Who answers only when the upstream has cannot answer while that hangs. */
const SEND_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 1_000
/** After the last has arrived: would any come again? */
const QUIET_MS = 2_000

/** One contender with an upstream, a store and a folder of its own. */
const openScene = async (contender) => {
  const [sink, store] = [await openSink(), await STORES[contender.store].open()]
  const place = { origin: sink.origin, storeUrl: store?.url, dataDir: makeFolder(contender.name) }
  let relay = await startRelay(contender, place)
  return {
    sink,
    relay: () => relay,
    async killAndRestart(who) {
      await Promise.all([relay.kill(), who.includes('store') ? store.kill() : undefined])
      sink.setFault(undefined)
      if (who.includes('store')) await store.start()
      relay = await startRelay(contender, place)
    },
    async close() {
      await relay.kill()
      await store?.dispose()
      sink.close()
    },
  }
}

let turn = Promise.resolve()

/** One after the other: to start servers and to send takes both cores, and would slow down whoever is measured beside. */
const inTurn = (work) => {
  const done = turn.then(work)
  turn = done.catch(() => {})
  return done
}

/** Sends everything under the fault. */
const begin = async (contender, fault, events) => {
  const scene = await openScene(contender)
  if (fault.upstream) scene.sink.setFault(fault.upstream)
  const acknowledged = await sendEvents(scene.relay().port, events, SEND_WITHIN_MS)
  return { scene, acknowledged }
}

/** Three seconds after the last answer, so that no event escapes the fault on a slow machine. */
const endFault = async (fault, scene) => {
  if (fault.upstream) await sleep(FAULT_MS)
  if (fault.kill.length > 0) await scene.killAndRestart(fault.kill)
  else scene.sink.setFault(undefined)
}

/**
 * Until all have arrived, or the contender says twice in a row that none of the missing is going to be delivered, or
 * the patience is over. Resolves with the contender's account of the missing.
 */
const settle = async ({ sink, relay }, acknowledged, patienceMs) => {
  const end = Date.now() + patienceMs
  let account = { waiting: [], setAside: [] }
  for (let idle = 0; idle < 2 && Date.now() < end; ) {
    await sleep(LOOK_EVERY_MS)
    const missing = missingOf(acknowledged, sink.times)
    if (missing.length === 0) return account
    account = await relay().account(missing)
    idle = account.waiting.length === 0 ? idle + 1 : 0
  }
  return account
}

/** One contender under one fault: what became of the events that it had acknowledged. */
export const measureLoss = async (contender, fault, { events, patienceMs }) => {
  const { scene, acknowledged } = await inTurn(() => begin(contender, fault, events))
  try {
    await endFault(fault, scene)
    const from = Date.now()
    const account = await settle(scene, acknowledged, patienceMs)
    const seconds = Math.round((Date.now() - from) / 1_000)
    await sleep(QUIET_MS)
    const { times } = scene.sink
    return { seconds, ...tallyOf({ sent: events, acknowledged, times, account }) }
  } finally {
    await scene.close()
  }
}
