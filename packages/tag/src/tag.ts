import {
  type JsonObject,
  type Kind,
  MAX_ITEM_BYTES,
  MAX_ITEMS,
  makeNonce,
  retryAfterMs,
} from '@wmkt/protocol'
import { bodyOf, type Frame, fitting, MAX_BATCH_BYTES, MAX_FLYING_BYTES } from './batch.ts'
import { readTrackerId } from './cookie.ts'
import { disk } from './disk.ts'
import { type Ending, type Fate, fatesOf, type News } from './news.ts'
import type { ItemOptions, Recorder, Tag, TagOptions } from './options.ts'
import { bytesOf, type Row, rangeOf } from './row.ts'
import { askWorker } from './sync.ts'

/** Bounds of the outbox: what is beyond them is evicted, the oldest first. */
const MAX_ROWS = 10_000
const MAX_AGE_MS = 2_592_000_000

/** How long the events of a page view wait for a tracker ID, and how often the cookie is looked at. */
const WINDOW_MS = 2_000
const STEP_MS = 100

const AGAIN_MS = 300
const TIMEOUT_MS = 20_000
const MAX_BACKOFF_MS = 300_000

const wait = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * The whole way of an item: recorded, kept, delivered, ended. One closure, since its parts share their state and every seam between
 * them costs bytes in each visitor's browser (decision 0007). Without `onConsent`, it is a recorder alone, and a bundler drops the rest.
 *
 * @param onConsent hears whether consent is granted, whenever that is decided by the page or another tab
 */
export const openTag = (
  {
    endpoint: url,
    project,
    cookie = 'ndrstnd',
    cookiePattern = '(.+)',
    gpc,
    consent: asked = 'granted',
  }: TagOptions,
  onConsent?: (granted: boolean) => void,
): Tag => {
  const endpoint = new Request(url).url
  const lane = `${endpoint} ${project ?? ''}`
  /** What this page has recorded and has not yet heard the ending of: for the copy at hide, and when the disk refuses. */
  const own = new Map<string, Row>()
  const frame: Frame = { evicted: 0, projectId: project, storage: 'disk' }
  const listeners: [name: string, fn: (news: News) => void][] = []
  /** Undefined while consent is required and nobody has answered. */
  let granted: boolean | undefined
  let trackerId: string | undefined
  let burst: Row[] | undefined
  let waitUntil = 0
  let writing: Promise<unknown> | undefined
  let flyingBytes = 0
  let failures = 0
  let retryAt = 0
  let notBefore = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let release: (() => void) | undefined
  let worker: Promise<void> | undefined
  let channel: BroadcastChannel | undefined

  /** News of this tab, another or the worker; no news is the news that consent was denied. */
  const heard = (news?: News): unknown => {
    if (onConsent) {
      if (!news) return consent('denied')
      // At the first item, since a page that is being left has no time to ask.
      if (granted && !worker) worker = askWorker()
      for (const [name, fn] of listeners)
        if (name === (news.ending ? 'ending' : 'stored')) setTimeout(fn, 0, news)
    }
    return news?.ending && own.delete(news.kind + news.nonce)
  }

  const tell = (row: Row, ending?: Ending, code?: string, message?: string): null => {
    const news = { nonce: row.nonce, kind: row.kind, ending, code, message }
    heard(news)
    channel?.postMessage(news)
    return null
  }

  const drop = (row: Row): null => tell(row, 'dropped', 'CONSENT_DENIED')

  try {
    channel = new BroadcastChannel(lane)
    channel.onmessage = ({ data }) => heard(data)
  } catch {
    // Missing, or refused to a sandboxed frame: each tab hears of its own items only.
  }

  /** When the disk refuses, the memory takes over for the rest of the page view. */
  const onDisk = <T>(work: (store: IDBObjectStore) => T): Promise<T> =>
    disk(work).catch(() => {
      frame.storage = 'memory'
    }) as Promise<T>

  const settle = async (fates: Fate[]): Promise<void> => {
    await onDisk((store) => fates.map(([row]) => store.delete(row.key)))
    fates.map((fate) => tell(...fate))
  }

  /** Resolves when the row is on disk, or the disk has refused. All rows of one task share one transaction. */
  const save = (row: Row): Promise<unknown> | undefined => {
    if (!burst) {
      const rows: Row[] = []
      burst = rows
      // What was erased meanwhile, while the disk was tried again, stays erased.
      writing = onDisk((store) => rows.map((one) => own.size && store.put(one, one.key)))
      queueMicrotask(() => {
        burst = undefined
      })
    }
    burst.push(row)
    return writing
  }

  /** Gives the ID to those events that wait for one, or ends their wait. Returns the rows. */
  const track = (rows = [...own.values()]): Row[] => {
    if (rows[0]) trackerId ??= readTrackerId(cookie, cookiePattern)
    return rows.map((row) => {
      if (row.late && trackerId) {
        row.json = `{"trackerId":${JSON.stringify(trackerId)},${row.json.slice(1)}`
        save(row)
      }
      row.late &&= !trackerId && Date.now() < waitUntil
      return row
    })
  }

  const send = (rows: Row[], hiding?: boolean): Promise<Response> => {
    const body = bodyOf(rows, frame)
    const bytes = bytesOf(body)
    // What fails with keepalive is tried without: another script of the page may have spent the browser's budget.
    const keepalive = hiding || (!failures && flyingBytes + bytes < MAX_FLYING_BYTES)
    flyingBytes += bytes
    const landed =
      hiding && navigator.sendBeacon?.(endpoint, body)
        ? // A beacon never says when it has landed.
          wait(TIMEOUT_MS)
        : // Text travels as `text/plain`: a simple request, without preflight; cookies go to the same origin only, as is fetch's default.
          fetch(endpoint, { method: 'POST', keepalive, body, signal: AbortSignal.timeout?.(TIMEOUT_MS) })
    // Not in the same breath: a page being torn down sees requests fail that fly on.
    return (landed as Promise<Response>).finally(() =>
      setTimeout(() => {
        flyingBytes -= bytes
      }),
    )
  }

  /** Takes no more and lets go of the lock, so that the browser may keep the page for the way back. */
  const halt = (): void => {
    release?.()
    release = undefined
  }

  const arm = (): void => {
    clearTimeout(timer)
    timer = setTimeout(flush, notBefore - Date.now())
  }

  /** At once, though never before the relay has said. */
  const wake = (): void => {
    notBefore = retryAt
    arm()
  }

  /**
   * Peek, deliver, settle, until the lane is empty or `mine` is no longer the lock's holder. A body that is too large is halved, down
   * to the one item at fault. Only a receipt settles: a 2xx of some other kind (a captive portal) does not. Rejects on faults of the network.
   *
   * @returns undefined when nothing is left; else ms that the relay asked to wait, 0 when it named none
   */
  const drain = async (mine: () => void): Promise<number | undefined> => {
    for (let limit = 0; ; ) {
      limit ||= MAX_ITEMS
      while (track().some((row) => row.late)) await wait(STEP_MS)
      const asked = await onDisk(
        (store) => [store.getAll(rangeOf(lane), limit), store.count(rangeOf(lane))] as IDBRequest[],
      )
      const [held, count]: [Row[], number] =
        frame.storage === 'disk'
          ? (asked.map(({ result }) => result) as never)
          : [[...own.values()], own.size]
      const old = held.filter(({ key }, at) => at < count - MAX_ROWS || key[1] < Date.now() - MAX_AGE_MS)
      const rows = fitting(held.slice(0, limit), MAX_BATCH_BYTES, true)
      if (!rows[0] || release !== mine) return undefined
      if (old[0]) {
        frame.evicted += old.length
        await settle(old.map((row) => [row, 'evicted']))
        continue
      }
      const response = await send(rows)
      // Denied meanwhile, or left: what has ended has ended, what is held comes again.
      if (release !== mine) return undefined
      if (response.ok) {
        await settle(fatesOf(rows, await response.json()))
        frame.evicted = 0
      } else if (response.status !== 413) return retryAfterMs(response.headers.get('Retry-After'), Date.now())
      else {
        limit = rows.length >> 1
        if (!limit) await settle([[rows[0], 'rejected', 'BODY_TOO_LARGE']])
      }
    }
  }

  const keep = async (row: Row): Promise<void> => {
    waitUntil ||= Date.now() + WINDOW_MS
    // This row alone: a call costs the same however many are held.
    track([row])
    await save(row)
    tell(row)
    arm()
  }

  const work = async (done: () => void): Promise<void> => {
    release = done
    const afterMs = await drain(done).catch(() => 0)
    if (release === done) halt()
    if (afterMs == null) failures = 0
    else {
      retryAt = Date.now() + afterMs
      notBefore = retryAt + Math.random() * Math.min(MAX_BACKOFF_MS, 500 * 2 ** ++failures)
      arm()
      if (onConsent && !afterMs) askWorker()
    }
  }

  /** One tab delivers at a time: whoever is refused the lock comes again. */
  const hold = (lock: unknown): Promise<void> | undefined => {
    if (lock && !release) return new Promise<void>(work)
    notBefore = Date.now() + AGAIN_MS
    arm()
    return undefined
  }

  const flush = async (): Promise<void> => {
    try {
      await navigator.locks.request(lane, { ifAvailable: true }, hold)
    } catch (refusal) {
      // Without locks every tab delivers, and nonces absorb it.
      hold(refusal)
    }
  }

  /** The page may not come back: a copy of what is held leaves now, each item once a page. What is stored stays stored. */
  const hide = (): void => {
    waitUntil = 1
    const rows = fitting(
      track()
        .filter((row) => !row.copied)
        .slice(0, MAX_ITEMS),
      MAX_BATCH_BYTES - flyingBytes,
    )
    for (const row of rows) row.copied = true
    if (rows[0]) send(rows, true).catch(() => {})
  }

  const start = (): void => {
    addEventListener('visibilitychange', () => (document.hidden ? hide() : wake()))
    addEventListener('pagehide', () => {
      hide()
      halt()
    })
    addEventListener('pageshow', wake)
    addEventListener('online', wake)
    arm()
  }

  const record = async (kind: Kind, fields: JsonObject, given?: ItemOptions): Promise<string | null> => {
    const now = Date.now()
    const row = { key: [lane, now, makeNonce(now)], kind } as Row
    try {
      row.late = (fields.eventType && !given?.trackerId) as boolean
      row.nonce = String(given?.nonce ?? row.key[2])
      row.json = JSON.stringify({ occurredAt: now, ...given, kind, nonce: row.nonce, ...fields }).trim()
    } catch (error) {
      // Cyclic, no JSON at all, or a getter that throws whatever it likes.
      return tell(row, 'rejected', 'ITEM_INVALID', (error as Error | null)?.message)
    }
    if (onConsent && granted === false) return drop(row)
    if (bytesOf(row.json) > MAX_ITEM_BYTES) return tell(row, 'rejected', 'ITEM_TOO_LARGE')
    own.set(kind + row.nonce, row)
    if (!onConsent || granted) await keep(row)
    return row.nonce
  }

  const event = (eventType: string, data: JsonObject = {}, given?: ItemOptions): Promise<string | null> =>
    record('event', { eventType, data }, given)

  if (!onConsent) {
    start()
    return { event } as Tag
  }

  const consent = (state: string): void => {
    if (state === 'granted' && !granted) {
      granted = true
      start()
      for (const row of own.values()) keep(row)
      onConsent(granted)
    }
    if (state === 'denied' && granted !== false) {
      granted = false
      channel?.postMessage(0)
      halt()
      for (const row of own.values()) drop(row)
      onDisk((store) => store.delete(rangeOf(lane)))
      onConsent(granted)
    }
  }
  consent((navigator.globalPrivacyControl && gpc) || asked)
  return {
    event,
    interaction: (userData, nodeData, given) => record('interaction', { userData, nodeData }, given),
    consent,
    tracker(id) {
      trackerId = id
    },
    flush() {
      if (granted) {
        waitUntil = 1
        wake()
      }
    },
    on(name, fn) {
      listeners.push([name, fn])
    },
  }
}

/**
 * A tag that keeps what it records until the relay has it. Throws a `TypeError` when the endpoint is no URL; nothing
 * throws or rejects after that.
 *
 * @param onConsent hears whether consent is granted, whenever that is decided by the page or another tab
 */
export const createTag = (options: TagOptions, onConsent: (granted: boolean) => void = () => {}): Tag =>
  openTag(options, onConsent)

/**
 * The smallest tag: it records events and keeps them until the relay has them, as `createTag` does. For code that asks for consent
 * itself, before it begins: `consent` and `gpc` mean nothing here, and no service worker is asked.
 */
export const createRecorder = (options: Omit<TagOptions, 'consent' | 'gpc'>): Recorder => openTag(options)
