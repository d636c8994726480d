import { MAX_ITEMS } from '@wmkt/protocol'
import { bodyOf, fitting, MAX_BATCH_BYTES } from './batch.ts'
import { disk } from './disk.ts'
import { fatesOf } from './news.ts'
import { type Row, rangeOf } from './row.ts'
import { SYNC_TAG } from './sync.ts'

type SyncEvent = Event & { tag: string; lastChance: boolean; waitUntil(work: Promise<unknown>): void }

declare global {
  interface WindowEventMap {
    sync: SyncEvent
  }
  var registration: ServiceWorkerRegistration
}

const TIMEOUT_MS = 20_000

/** Asks the store in a transaction of its own. */
const ask = async <T>(request: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
  (await disk(request)).result

/** Delivers a lane until it is empty. Rejects when the relay cannot take it now; what it answers 413 to is left to the page, which halves. */
const flushLane = async (lane: string): Promise<void> => {
  const [endpoint = '', projectId] = lane.split(' ')
  for (;;) {
    const rows: Row[] = fitting(
      await ask((store) => store.getAll(rangeOf(lane), MAX_ITEMS)),
      MAX_BATCH_BYTES,
      true,
    )
    if (!rows[0]) return
    const body = bodyOf(rows, { projectId: projectId || undefined, evicted: 0, storage: 'disk' })
    const response = await fetch(endpoint, { method: 'POST', body, signal: AbortSignal.timeout(TIMEOUT_MS) })
    const fates = fatesOf(rows, await response.json())
    await disk((store) => rows.map(({ key }) => store.delete(key)))
    const channel = new BroadcastChannel(lane)
    for (const [{ nonce, kind }, ending, code, message] of fates)
      channel.postMessage({ nonce, kind, ending, code, message })
    channel.close()
  }
}

const laneAfter = async (lane: string): Promise<string | undefined> => {
  const key = await ask((store) => store.getKey(IDBKeyRange.lowerBound([lane, []])))
  return (key as Row['key'] | undefined)?.[0]
}

/** Drains every lane of this origin. Rejects when something is left, so that the browser comes again by its own schedule. */
const flush = async ({ lastChance }: SyncEvent): Promise<void> => {
  let failure: unknown
  for (let lane = await laneAfter(''); lane; lane = await laneAfter(lane)) {
    const name = lane
    await navigator.locks
      .request(name, () => flushLane(name))
      .catch((error) => {
        failure = error
      })
  }
  if (!failure) return
  // Not before the browser's last try: a sync that is asked for while one runs follows at once, and a refusing relay would be stormed.
  if (lastChance) await registration.sync.register(SYNC_TAG)
  throw failure
}

addEventListener('sync', (event) => {
  if (event.tag === SYNC_TAG) event.waitUntil(flush(event))
})
