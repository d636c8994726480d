/**
 * The load generator, a process of its own. Told `{port, path, connections, seconds, requests?, rate?, nonces?,
 * events?}`, it answers with what it saw, after so many seconds, or requests when these are sooner. Without a rate each connection sends as soon as it has its answer; with one (requests a second), requests
 * fall due at even times, and latency counts from then, however late they could be sent.
 */
import { openConnection } from './connection.mjs'
import { bodyOf, requestOf, writeNonce } from './template.mjs'

const NONCES = {
  /** Recorded within the last two seconds, as tags send them. */
  recent: () => Date.now() - Math.floor(Math.random() * 2_000),
  random: () => undefined,
}

const run = ({ port, path, connections, seconds, requests = Infinity, rate, nonces = 'recent', events }) =>
  new Promise((resolve) => {
    const { bytes: template, slots } = requestOf({ port, path }, bodyOf(events))
    const birth = NONCES[nonces]
    const makeRequest = () => {
      const bytes = Buffer.from(template)
      for (const slot of slots) writeNonce(bytes, slot, birth())
      return bytes
    }
    const latencies = []
    const statuses = {}
    const due = []
    const idle = []
    const dueOf = new Map()
    const began = performance.now()
    const open = []
    let fallen = 0

    const begin = (connection, at) => {
      dueOf.set(connection, at)
      connection.send(makeRequest())
    }
    const next = (connection) => {
      if (rate === undefined) return begin(connection, performance.now())
      const at = due.shift()
      if (at === undefined) idle.push(connection)
      else begin(connection, at)
    }
    const onAnswer = (connection, status) => {
      latencies.push(performance.now() - dueOf.get(connection))
      statuses[status] = (statuses[status] ?? 0) + 1
      if (latencies.length >= requests) end()
      else if (performance.now() - began < seconds * 1_000) next(connection)
    }
    const tick = () => {
      const now = performance.now()
      for (const until = ((now - began) / 1_000) * rate; fallen < until; fallen += 1)
        due.push(began + (fallen / rate) * 1_000)
      while (due.length > 0 && idle.length > 0) begin(idle.pop(), due.shift())
    }
    for (let n = 0; n < connections; n += 1) open.push(openConnection(port, onAnswer))
    for (const connection of open) next(connection)
    const ticking = rate === undefined ? undefined : setInterval(tick, 1)
    const end = () => {
      clearTimeout(ending)
      clearInterval(ticking)
      const took = (performance.now() - began) / 1_000
      for (const connection of open) connection.close()
      resolve({ perSecond: latencies.length / took, statuses, ...quantilesOf(latencies) })
    }
    const ending = setTimeout(end, seconds * 1_000)
  })

const quantilesOf = (latencies) => {
  const sorted = Float64Array.from(latencies).sort()
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}

process.on('message', async (order) => process.send(await run(order)))
process.send({ ready: true })
