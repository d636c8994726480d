/** pg-boss: a job an event, a worker in the same process. */
import pg from 'pg'
import PgBoss from 'pg-boss'
import { deliver } from './deliver.mjs'
import { openFront, settings, storeUrl } from './front.mjs'

const QUEUE = 'events'
const isTuned = settings === 'tuned'

/** Tuned: tries a hundred times, takes a hundred at a time, and gives up soon on a worker that has died. */
const boss = new PgBoss({ connectionString: storeUrl, ...(isTuned && { maintenanceIntervalSeconds: 5 }) })
const jobOptions = isTuned
  ? { retryLimit: 100, retryDelay: 1, retryBackoff: true, expireInSeconds: 30 }
  : undefined
const workOptions = { batchSize: 100, pollingIntervalSeconds: 0.5 }

boss.on('error', () => {})
await boss.start()
await boss.createQueue(QUEUE)

/** Each job of a batch fails for itself: else one refusal would send all of them again. */
const deliverAll = (jobs) =>
  Promise.all(jobs.map(({ id, data }) => deliver(data).catch((error) => boss.fail(QUEUE, id, error))))

if (isTuned) await boss.work(QUEUE, workOptions, deliverAll)
else await boss.work(QUEUE, ([job]) => deliver(job.data))

const pool = new pg.Pool({ connectionString: storeUrl, max: 1 })
pool.on('error', () => {})
const SELECT = `select data->>'nonce' as nonce, state = 'failed' as failed from pgboss.job
  where name = $1 and data->>'nonce' = any($2) and state in ('created', 'retry', 'active', 'failed')`

openFront(
  async (req, res) => {
    await Promise.all(req.body.items.map((item) => boss.send(QUEUE, item, jobOptions)))
    res.status(202).json({ accepted: req.body.items.length })
  },
  async (missing) => {
    const { rows } = await pool.query(SELECT, [QUEUE, missing])
    const nonces = (is) => rows.filter(({ failed }) => failed === is).map(({ nonce }) => nonce)
    return { waiting: nonces(false), setAside: nonces(true) }
  },
)
