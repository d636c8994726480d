/** BullMQ: a job an event, a worker in the same process. */
import { Queue, Worker } from 'bullmq'
import { deliver } from './deliver.mjs'
import { openFront, settings, storeUrl } from './front.mjs'

const { hostname: host, port } = new URL(storeUrl)
const connection = { host, port: Number(port) }
const isTuned = settings === 'tuned'

/** Tuned: tries for days, with jitter; concurrent; a job an event however often it is posted. */
const jobOptions = (item) => (isTuned ? { jobId: item.nonce } : {})
const backoff = { type: 'exponential', delay: 1_000, jitter: 0.5 }
const queueOptions = isTuned
  ? { defaultJobOptions: { attempts: 20, backoff, removeOnComplete: { age: 3_600, count: 1_000 } } }
  : {}
const workerOptions = isTuned ? { concurrency: 64, maxStalledCount: 10 } : {}

const queue = new Queue('events', { connection, ...queueOptions })
const worker = new Worker('events', (job) => deliver(job.data), { connection, ...workerOptions })
for (const part of [queue, worker]) part.on('error', () => {})
await worker.waitUntilReady()

const among = async (missing, states) => {
  const jobs = await queue.getJobs(states, 0, -1)
  const nonces = new Set(jobs.map((job) => job?.data.nonce))
  return missing.filter((nonce) => nonces.has(nonce))
}

openFront(
  async (req, res) => {
    await Promise.all(req.body.items.map((item) => queue.add('event', item, jobOptions(item))))
    res.status(202).json({ accepted: req.body.items.length })
  },
  async (missing) => ({
    waiting: await among(missing, ['waiting', 'active', 'delayed', 'prioritized', 'paused']),
    setAside: await among(missing, ['failed']),
  }),
)
