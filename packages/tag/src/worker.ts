import { openDisk } from './disk.ts'
import { drain, EMPTY } from './drain.ts'
import { bodyOf, post } from './post.ts'
import type { Row } from './row.ts'
import { askRows, deleteRows } from './rows.ts'
import { SYNC_TAG } from './sync.ts'

type SyncEvent = Event & { tag: string; waitUntil(work: Promise<unknown>): void }

declare global {
  interface WindowEventMap {
    sync: SyncEvent
  }
  var registration: ServiceWorkerRegistration
}

const disk = openDisk()

const flushLane = (lane: string): Promise<number> =>
  drain(
    async (limit) => (await disk(askRows(lane, limit)))[0].result,
    (rows) =>
      post(lane.split(' ')[0] ?? '', bodyOf(lane, rows, { evicted: 0, storage: 'disk' }, Date.now()), false),
    async (rows, news) => {
      await disk(deleteRows(rows))
      const channel = new BroadcastChannel(lane)
      channel.postMessage(news)
      channel.close()
    },
    () => false,
  )

const laneAfter = async (lane: string): Promise<string | undefined> => {
  const asked = await disk(
    (store) => store.getKey(IDBKeyRange.lowerBound([lane, []])) as IDBRequest<Row['key'] | undefined>,
  )
  return asked.result?.[0]
}

/** Drains every lane of this origin. Rejects when something is left, so that the browser comes again by its own schedule. */
const flush = async (): Promise<void> => {
  let failed = false
  for (let lane = await laneAfter(''); lane; lane = await laneAfter(lane)) {
    const name = lane
    const waitMs = await navigator.locks.request(name, () => flushLane(name).catch(() => 0))
    failed ||= waitMs !== EMPTY
  }
  if (!failed) return
  await registration.sync?.register(SYNC_TAG)
  throw new Error('wmkt: items are still held')
}

addEventListener('sync', (event) => {
  if (event.tag === SYNC_TAG) event.waitUntil(flush())
})
