import { type JsonObject, type Kind, MAX_ITEM_BYTES, makeNonce } from '@wmkt/protocol'
import { readTrackerId } from './cookie.ts'
import { drain, EMPTY } from './drain.ts'
import { createFlusher } from './flusher.ts'
import { type Ending, type News, newsOf } from './news.ts'
import type { ItemOptions, TagOptions } from './options.ts'
import { openOutbox } from './outbox.ts'
import { bodyOf, fitting, MAX_BATCH_BYTES, post, TIMEOUT_MS } from './post.ts'
import { bytesOf, type Row } from './row.ts'
import { askWorker } from './sync.ts'

export type Tag = ReturnType<typeof createTag>

const WINDOW_MS = 2_000
const STEP_MS = 100

/**
 * A tag that keeps what it records until the relay has it. Throws a `TypeError` when the endpoint is no URL; nothing
 * throws or rejects after that.
 *
 * @param onConsent hears whether consent is granted: now, and when the page or another tab says otherwise
 */
export const createTag = (
  {
    endpoint: url,
    project = '',
    cookie = 'ndrstnd',
    cookiePattern = '(.+)',
    consent: asked = 'granted',
    gpc,
  }: TagOptions,
  onConsent?: (granted: boolean) => void,
) => {
  const endpoint = new URL(url, location.href).href
  const lane = `${endpoint} ${project}`
  const listeners: [name: string, fn: (news: News) => void][] = []
  let consent = asked
  let trackerId: string | undefined
  let waitUntil = 0
  let waiting = false
  let flyingBytes = 0
  let failed = false
  let worker: Promise<void> | undefined
  let channel: BroadcastChannel | undefined
  try {
    channel = new BroadcastChannel(lane)
    channel.onmessage = ({ data }) => (data[0] ? finish(data, true) : consented('denied'))
  } catch {
    // Missing, or refused to a sandboxed frame: each tab hears of its own items only.
  }

  const tell = (news: News[], heard?: boolean): void => {
    for (const one of news)
      for (const [name, fn] of listeners)
        if (name === (one.ending ? 'ending' : 'stored')) queueMicrotask(() => fn(one))
    if (!heard) channel?.postMessage(news)
  }
  const { own, frame, finish, settle, keep, save, peek, erase } = openOutbox(lane, tell)

  /** Gives the ID to the events that wait for one, and ends their wait with the window. */
  const track = (): void => {
    waiting = false
    for (const row of own.values())
      if (row.late && consent === 'granted') {
        waitUntil ||= Date.now() + WINDOW_MS
        trackerId ??= readTrackerId(cookie, cookiePattern)
        if (trackerId) {
          row.json = `${row.json.slice(0, -1)},"trackerId":${JSON.stringify(trackerId)}}`
          void save(row)
        }
        waiting = row.late = !trackerId && Date.now() < waitUntil
      }
  }

  /** Nobody waits for an ID any longer. */
  const hurry = (): void => {
    waitUntil = 1
    track()
  }

  const land = (bytes: number): void => {
    flyingBytes -= bytes
  }

  const deliver = async (rows: Row[]): Promise<Response> => {
    const { evicted } = frame
    const body = bodyOf(lane, rows, frame, Date.now())
    const bytes = bytesOf(body)
    flyingBytes += bytes
    // What fails with keepalive is tried without: another script of the page may have spent the browser's budget.
    const keepalive = !failed && flyingBytes <= MAX_BATCH_BYTES
    failed = true
    // Not in the same breath: a page being torn down sees requests fail that fly on.
    const response = await post(endpoint, body, keepalive).finally(() => setTimeout(land, 0, bytes))
    failed = false
    if (response.status === 202) frame.evicted -= evicted
    return response
  }

  const { arm, wake, halt } = createFlusher(
    lane,
    async (stopped) => {
      if (consent !== 'granted') return EMPTY
      while (waiting) {
        await new Promise((resolve) => setTimeout(resolve, STEP_MS))
        track()
      }
      return drain(peek, deliver, settle, stopped)
    },
    askWorker,
  )

  const hold = async (row: Row): Promise<void> => {
    track()
    await save(row)
    // At the first item, since a page that is being left has no time to ask.
    if (!worker) worker = askWorker()
    tell([newsOf(row)], true)
    arm()
  }

  const refuse = (row: Row, ending: Ending, code: string, message?: string): null => {
    finish([newsOf(row, ending, code, message)])
    return null
  }

  const record = async (kind: Kind, fields: JsonObject, given?: ItemOptions): Promise<string | null> => {
    const now = Date.now()
    let nonce = makeNonce(now, Math.random)
    const row: Row = {
      key: [lane, now, nonce],
      kind,
      nonce,
      json: '',
      late: kind === 'event' && !given?.trackerId,
    }
    try {
      if (given?.nonce) row.nonce = nonce = String(given.nonce)
      row.json = JSON.stringify({ occurredAt: now, ...given, kind, nonce, ...fields })
    } catch (error) {
      // Anything can be thrown by a getter, also what has no message and what cannot be made one.
      return refuse(row, 'rejected', 'ITEM_INVALID', (error as Error | null)?.message)
    }
    if (consent === 'denied') return refuse(row, 'dropped', 'CONSENT_DENIED')
    if (bytesOf(row.json) > MAX_ITEM_BYTES) return refuse(row, 'rejected', 'ITEM_TOO_LARGE')
    keep(row)
    if (consent === 'granted') await hold(row)
    return nonce
  }

  /** The page may not come back: a copy of what is held leaves now, each item once a page. What is stored stays stored. */
  const hide = (): void => {
    if (consent !== 'granted') return
    hurry()
    const rows = fitting(
      [...own.values()].filter((row) => !row.copied),
      MAX_BATCH_BYTES - flyingBytes,
    )
    if (!rows[0]) return
    for (const row of rows) row.copied = true
    const body = bodyOf(lane, rows, frame, Date.now())
    const bytes = bytesOf(body)
    flyingBytes += bytes
    // A beacon never says when it has landed.
    setTimeout(land, TIMEOUT_MS, bytes)
    if (!navigator.sendBeacon?.(endpoint, body)) post(endpoint, body, true).catch(() => {})
  }

  const consented = (state: typeof asked): void => {
    consent = state
    if (state === 'denied') erase()
    if (state === 'granted') for (const row of own.values()) void hold(row)
    onConsent?.(state === 'granted')
    arm()
  }

  addEventListener('visibilitychange', () => (document.hidden ? hide() : wake()))
  addEventListener('pagehide', () => {
    hide()
    halt()
  })
  addEventListener('pageshow', wake)
  addEventListener('online', wake)
  consented(gpc === 'denied' && navigator.globalPrivacyControl ? gpc : asked)

  return {
    event: (eventType: string, data: JsonObject = {}, given?: ItemOptions) =>
      record('event', { eventType, data }, given),
    interaction: (userData: JsonObject, nodeData: JsonObject, given?: ItemOptions) =>
      record('interaction', { userData, nodeData }, given),
    consent(state: 'granted' | 'denied'): void {
      if (state === consent) return
      consented(state)
      // No news is the news: every tab forgets.
      if (state === 'denied') channel?.postMessage([])
    },
    tracker(id: string): void {
      trackerId = id
    },
    flush(): void {
      hurry()
      wake()
    },
    on(name: 'stored' | 'ending', fn: (news: News) => void): void {
      listeners.push([name, fn])
    },
  }
}
