import { type JsonObject, type Kind, MAX_ITEM_BYTES, makeNonce } from '@wmkt/protocol'
import { readTrackerId } from './cookie.ts'
import { drain, EMPTY } from './drain.ts'
import { createFlusher } from './flusher.ts'
import { type Ending, type News, newsOf } from './news.ts'
import type { ItemOptions, TagOptions } from './options.ts'
import { openOutbox } from './outbox.ts'
import { bodyOf, fitting, MAX_BATCH_BYTES, post } from './post.ts'
import { bytesOf, type Row } from './row.ts'
import { askWorker } from './sync.ts'

export type Tag = ReturnType<typeof createTag>

const WINDOW_MS = 2_000
const STEP_MS = 100

/**
 * A tag that keeps what it records until the relay has it. Throws a `TypeError` when the endpoint is no URL; nothing
 * throws or rejects after that.
 */
export const createTag = ({
  endpoint: url,
  project = '',
  cookie = 'ndrstnd',
  cookiePattern = '(.+)',
  consent: asked = 'granted',
  gpc,
}: TagOptions) => {
  const endpoint = new URL(url, location.href).href
  const lane = `${endpoint} ${project}`
  const listeners: [name: string, fn: (news: News) => void][] = []
  let consent = asked
  let trackerId: string | undefined
  let waitUntil = 0
  let flyingBytes = 0
  let failed = false
  let workerAsked = false

  const channel = globalThis.BroadcastChannel && new BroadcastChannel(lane)
  const tell = (news: News[], heard?: boolean): void => {
    for (const one of news)
      for (const [name, fn] of listeners)
        if (name === (one.ending ? 'ending' : 'stored')) queueMicrotask(() => fn(one))
    if (!heard) channel?.postMessage(news)
  }
  const { own, frame, finish, settle, keep, save, peek, erase } = openOutbox(lane, tell)

  /** Gives the ID to the events that wait for one. */
  const track = (): void => {
    for (const row of own.values())
      if (row.late) {
        waitUntil ||= Date.now() + WINDOW_MS
        trackerId ??= readTrackerId(cookie, cookiePattern)
        if (!trackerId) return
        row.late = false
        row.json = `${row.json.slice(0, -1)},"trackerId":${JSON.stringify(trackerId)}}`
        void save(row)
      }
  }

  const pack = (rows: Row[]): string => {
    const body = bodyOf(lane, rows, frame, Date.now())
    flyingBytes += bytesOf(body)
    return body
  }

  const deliver = async (rows: Row[]): Promise<Response> => {
    const { evicted } = frame
    const body = pack(rows)
    // What fails with keepalive is tried without: another script of the page may have spent the browser's budget.
    const keepalive = !failed && flyingBytes <= MAX_BATCH_BYTES
    failed = true
    const response = await post(endpoint, body, keepalive).finally(() => {
      // Not in the same breath: a page being torn down sees requests fail that fly on.
      setTimeout(() => {
        flyingBytes = 0
      })
    })
    failed = false
    if (response.status === 202) frame.evicted -= evicted
    return response
  }

  const { arm, wake, halt } = createFlusher(
    lane,
    async (stopped) => {
      if (consent !== 'granted') return EMPTY
      while (!trackerId && Date.now() < waitUntil) {
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
    if (!workerAsked) askWorker()
    workerAsked = true
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
    track()
    waitUntil = 1
    const rows = fitting(
      [...own.values()].filter((row) => !row.copied),
      MAX_BATCH_BYTES - flyingBytes,
    )
    if (!rows[0]) return
    for (const row of rows) row.copied = true
    const body = pack(rows)
    if (!navigator.sendBeacon?.(endpoint, body)) post(endpoint, body, true).catch(() => {})
  }

  const deny = (): void => {
    consent = 'denied'
    erase()
  }

  if (channel) channel.onmessage = ({ data }) => (data[0] ? finish(data, true) : deny())
  if (gpc === 'denied' && navigator.globalPrivacyControl) deny()
  const show = (): void => {
    flyingBytes = 0
    wake()
  }
  addEventListener('visibilitychange', () => (document.hidden ? hide() : show()))
  addEventListener('pagehide', () => {
    hide()
    halt()
  })
  addEventListener('pageshow', show)
  addEventListener('online', wake)
  arm()

  return {
    event: (eventType: string, data: JsonObject = {}, given?: ItemOptions) =>
      record('event', { eventType, data }, given),
    interaction: (userData: JsonObject, nodeData: JsonObject, given?: ItemOptions) =>
      record('interaction', { userData, nodeData }, given),
    consent(state: 'granted' | 'denied'): void {
      if (state === consent) return
      consent = state
      if (state === 'denied') {
        erase()
        // No news is the news: every tab forgets.
        channel?.postMessage([])
      } else for (const row of own.values()) void hold(row)
      arm()
    },
    tracker(id: string): void {
      trackerId = id
    },
    flush(): void {
      waitUntil = 1
      wake()
    },
    on(name: 'stored' | 'ending', fn: (news: News) => void): void {
      listeners.push([name, fn])
    },
    /** Whether consent is granted. */
    allowed: (): boolean => consent === 'granted',
  }
}
