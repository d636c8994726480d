/** Segment's analytics-node as its readme has it: track, then answer. The callback only keeps the bench's books. */
import { Analytics } from '@segment/analytics-node'
import { openFront, origin } from './front.mjs'
import { createUnderWay } from './under-way.mjs'

const analytics = new Analytics({ writeKey: 'bench', host: origin })
analytics.on('error', () => {})
const underWay = createUnderWay()

const track = (item) => {
  underWay.begin(item.nonce)
  const { nonce, trackerId: anonymousId, eventType: event } = item
  analytics.track({ anonymousId, event, properties: { ...item.data, nonce } }, () => underWay.end(nonce))
}

openFront((req, res) => {
  for (const item of req.body.items) track(item)
  res.sendStatus(202)
}, underWay.account)
