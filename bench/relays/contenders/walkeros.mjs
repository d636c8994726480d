/**
 * walkerOS: the collector with its API destination. Answers first and pushes then, as walkerOS's own Express source does
 * unless told otherwise.
 */
import { startFlow } from '@walkeros/collector'
import { destinationAPI } from '@walkeros/server-destination-api'
import { openFront, origin } from './front.mjs'
import { createUnderWay } from './under-way.mjs'

const settings = { url: `${origin}/api/v1/events`, headers: { Authorization: 'Bearer a.b.c' } }
const { collector, elb } = await startFlow({
  destinations: { api: { code: destinationAPI, config: { settings } } },
})
const underWay = createUnderWay()

const push = async (item) => {
  underWay.begin(item.nonce)
  await elb({ name: 'event record', data: item }).catch(console.error)
  underWay.end(item.nonce)
}

/** Its dead letters lie in memory, a hundred at most, as pairs of event and error. */
const inDeadLetters = () => {
  const letters = collector.destinations.api.dlq ?? []
  return new Set(letters.map(([event]) => event.data.nonce))
}

openFront(
  (req, res) => {
    res.json({ success: true, timestamp: Date.now() })
    for (const item of req.body.items) void push(item)
  },
  (missing) => {
    const letters = inDeadLetters()
    return { ...underWay.account(missing), setAside: missing.filter((nonce) => letters.has(nonce)) }
  },
)
