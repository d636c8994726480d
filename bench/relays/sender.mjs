import { randomUUID } from 'node:crypto'
import { bodyOf } from '../load/template.mjs'

const AT_ONCE = 32

const batchOf = (nonce) => {
  const batch = JSON.parse(bodyOf(1))
  batch.items[0].nonce = nonce
  return JSON.stringify(batch)
}

const isAcknowledged = async (port, nonce, signal) => {
  const answer = await fetch(`http://127.0.0.1:${port}/collect`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: batchOf(nonce), signal },
  })
  await answer.arrayBuffer()
  return answer.ok
}

/** Posts so many events, one a request, each once; resolves with the nonces of those that were answered 2xx. */
export const sendEvents = async (port, events, withinMs) => {
  const signal = AbortSignal.timeout(withinMs)
  const acknowledged = []
  let left = events
  const sendOn = async () => {
    while (left-- > 0 && !signal.aborted) {
      const nonce = randomUUID()
      if (await isAcknowledged(port, nonce, signal).catch(() => false)) acknowledged.push(nonce)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendOn))
  return acknowledged
}
