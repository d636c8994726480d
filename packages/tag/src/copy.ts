import type { Own } from './outbox.ts'
import { bodyOf, type Frame, fitting, request } from './post.ts'
import { partsOf } from './row.ts'

/**
 * The page may not come back: a copy of what it has not handed over leaves now, each item once a page. The stored one
 * stays until it is acknowledged.
 *
 * @param roomBytes what other requests in flight leave of the browser's budget
 */
export const copyAtHide = (lane: string, own: Own[], roomBytes: number, frame: Frame): void => {
  const items = fitting(own, roomBytes)
  if (!items.length) return
  const body = bodyOf(lane, items, frame, Date.now())
  for (const item of items) item.copied = true
  if (!navigator.sendBeacon?.(partsOf(lane)[0] ?? '', body)) request(lane, body, true).catch(() => {})
}
