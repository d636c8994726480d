/** Yardstick: `Pool.request` with bodies made beforehand, 64 at a time. Told how many items, it says how many a second. */
import { Pool } from 'undici'

const pool = new Pool(process.argv[2], { connections: 64, pipelining: 1 })
const headers = { authorization: 'Bearer t', 'content-type': 'application/json' }
const data = { email: 'somebody@shop.test', amount: 12_345, currency: 'EUR', label: 'x'.repeat(260) }
const body = Buffer.from(
  JSON.stringify({ projectId: 'demo-shop', eventType: 'purchase', nonce: 'x'.repeat(36), data }),
)

process.on('message', async (items) => {
  let left = items
  const caller = async () => {
    while (left-- > 0) {
      const answer = await pool.request({ method: 'POST', path: '/api/v1/events', headers, body })
      await answer.body.dump()
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: 64 }, caller))
  process.send({ perSecond: (items / (performance.now() - began)) * 1_000 })
})
process.send({ ready: true })
