/** Fetches, then answers: 502 when the upstream refuses. Keeps nothing, and claims nothing it does not know. */
import { deliver } from './deliver.mjs'
import { openFront } from './front.mjs'

const none = { waiting: [], setAside: [] }

openFront(
  async (req, res) => {
    const delivered = Promise.all(req.body.items.map(deliver))
    await delivered.then(
      () => res.status(202).json({ accepted: req.body.items.length }),
      () => res.status(502).json({ accepted: 0 }),
    )
  },
  () => none,
)
