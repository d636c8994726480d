/** Answers, then fetches: what a beginner writes. */
import { deliver } from './deliver.mjs'
import { openFront } from './front.mjs'
import { createUnderWay } from './under-way.mjs'

const underWay = createUnderWay()

const forward = (item) => {
  underWay.begin(item.nonce)
  deliver(item)
    .catch(() => {})
    .finally(() => underWay.end(item.nonce))
}

openFront((req, res) => {
  res.status(202).json({ accepted: req.body.items.length })
  for (const item of req.body.items) forward(item)
}, underWay.account)
