import { backoffMs, type JsonObject, type Kind, MAX_ITEM_BYTES } from '@wmkt/protocol'
import { newNonce } from './chance.ts'
import { readTrackerId } from './cookie.ts'
import { copyAtHide } from './copy.ts'
import { openDisk } from './disk.ts'
import { drain } from './drain.ts'
import { type ItemNews, newsOf } from './ending.ts'
import { openWindow } from './late-tracker.ts'
import type { ItemOptions, TagOptions } from './options.ts'
import { type Own, openOutbox } from './outbox.ts'
import { bodyOf, fitting, MAX_KEEPALIVE_BYTES, post } from './post.ts'
import { bytesOf, laneOf, type RowKey } from './row.ts'

export type Tag = ReturnType<typeof createTag>

/**
 * A tag that keeps what it records until the relay has it. Throws a `TypeError` when the endpoint is no URL; nothing
 * throws or rejects after that.
 */
export const createTag = (options: TagOptions) => {
  const lane = laneOf(new URL(options.endpoint, location.href).href, options.project)
  const listeners: [name: string, fn: (news: ItemNews) => void][] = []
  let consent = options.consent ?? 'granted'
  let trackerId: string | undefined
  let attempt = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let notBefore = 0
  let session = 0
  let release: (() => void) | undefined
  let flyingBytes = 0

  const tell = (name: string, news: ItemNews[]): void => {
    for (const [wanted, fn] of listeners)
      if (wanted === name) for (const one of news) queueMicrotask(() => fn(one))
  }
  const end = (news: ItemNews[]): void => {
    outbox.forget(news)
    tell('ending', news)
  }
  const outbox = openOutbox(lane, openDisk(), end)

  const tracker = (): string | undefined =>
    (trackerId ??= readTrackerId(options.cookie ?? 'ndrstnd', options.cookiePattern))

  const track = (item: Own): boolean => {
    const id = item.untracked && tracker()
    if (!id) return false
    item.untracked = false
    item.json = `${item.json.slice(0, -1)},"trackerId":${JSON.stringify(id)}}`
    return true
  }
  const window = openWindow(() => {
    for (const item of outbox.own.values()) if (track(item)) outbox.put(item)
    return !!trackerId
  })

  const keep = async (item: Own): Promise<void> => {
    if (item.untracked && !track(item)) window.open()
    await outbox.put(item)
    tell('stored', [newsOf(item.key)])
    arm()
  }

  const record = async (kind: Kind, fields: JsonObject, given: ItemOptions = {}): Promise<string | null> => {
    const now = Date.now()
    const key: RowKey = [lane, now, kind, '']
    try {
      key[3] = given.nonce ? `${given.nonce}` : newNonce(now)
      if (consent === 'denied') throw 'CONSENT_DENIED'
      const json = JSON.stringify({ kind, nonce: key[3], occurredAt: now, ...given, ...fields })
      if (bytesOf(json) > MAX_ITEM_BYTES) throw 'ITEM_TOO_LARGE'
      const item: Own = { key, json, untracked: kind === 'event' && !given.trackerId }
      outbox.remember(item)
      if (consent === 'granted') await keep(item)
      return key[3]
    } catch (error) {
      const known = typeof error === 'string'
      end([
        newsOf(
          key,
          consent === 'denied' ? 'dropped' : 'rejected',
          known ? error : 'ITEM_INVALID',
          known ? '' : `${error}`,
        ),
      ])
      return null
    }
  }

  const arm = (afterMs = 0): void => {
    timer ??= setTimeout(flush, Math.max(afterMs, notBefore - Date.now()))
  }

  const wake = (): void => {
    clearTimeout(timer)
    timer = undefined
    arm()
  }

  const work = async (): Promise<void> => {
    const mine = ++session
    const stopped = (): boolean => mine !== session || consent !== 'granted'
    await window.closed()
    const outcome = await drain(
      {
        peek: async (limit) => fitting(await outbox.peek(limit), MAX_KEEPALIVE_BYTES, true),
        deliver: async (rows) => {
          const frame = outbox.frame()
          const body = bodyOf(lane, rows, frame, Date.now())
          flyingBytes = bytesOf(body)
          const outcome = await post(lane, body, flyingBytes <= MAX_KEEPALIVE_BYTES)
          flyingBytes = 0
          if (outcome.receipt) outbox.told(frame.evicted)
          return outcome
        },
        settle: async (rows, news) => {
          await outbox.ack(rows)
          end(news)
        },
      },
      stopped,
    ).catch(() => ({ afterMs: undefined }))
    if (!outcome) attempt = 0
    else {
      if (outcome.afterMs) notBefore = Date.now() + outcome.afterMs
      arm(backoffMs(++attempt, { baseMs: 1000, capMs: 300_000 }, Math.random))
    }
  }

  const flush = (): void => {
    timer = undefined
    if (consent !== 'granted') return
    if (release) arm(500)
    else {
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const run = (): Promise<void> =>
        Promise.race([work(), held]).finally(() => {
          release = undefined
        })
      const refused = () => {
        release = undefined
        arm(500)
      }
      if (navigator.locks)
        navigator.locks.request(lane, { ifAvailable: true }, (lock) => (lock ? run() : refused())).catch(run)
      else run()
    }
  }

  const hide = (): void => {
    if (consent !== 'granted') return
    window.close()
    copyAtHide(
      lane,
      [...outbox.own.values()].filter((item) => !item.copied),
      MAX_KEEPALIVE_BYTES - flyingBytes,
      outbox.frame(),
    )
  }

  document.addEventListener('visibilitychange', () =>
    document.visibilityState === 'hidden' ? hide() : wake(),
  )
  addEventListener('pagehide', () => {
    hide()
    session++
    release?.()
  })
  addEventListener('pageshow', wake)
  addEventListener('online', wake)
  wake()

  return {
    event: (eventType: string, data: JsonObject = {}, given?: ItemOptions) =>
      record('event', { eventType, data }, given),
    interaction: (userData: JsonObject, nodeData: JsonObject, given?: ItemOptions) =>
      record('interaction', { userData, nodeData }, given),
    consent(state: 'granted' | 'denied'): void {
      const before = consent
      consent = state
      if (state === 'denied') {
        end([...outbox.own.values()].map(({ key }) => newsOf(key, 'dropped', 'CONSENT_DENIED')))
        void outbox.erase()
      } else if (before !== state) {
        for (const item of outbox.own.values()) void keep(item)
        wake()
      }
    },
    tracker(id: string): void {
      trackerId = id
      window.close()
    },
    flush(): void {
      window.close()
      wake()
    },
    on(name: 'stored' | 'ending', fn: (news: ItemNews) => void): void {
      listeners.push([name, fn])
    },
  }
}
