import { PROTOCOL_VERSION } from '@wmkt/protocol'
import { bytesOf, type Row } from './row.ts'

declare global {
  interface Navigator {
    globalPrivacyControl?: boolean
  }
  interface WorkerNavigator {
    globalPrivacyControl?: boolean
  }
}

/** Beacons and keepalive requests of a page share 64 KiB, all in flight together; a single item that is larger travels without. */
export const MAX_BATCH_BYTES = 60_000
/** What the frame around the items may take of it. */
const FRAME_BYTES = 500
export const TIMEOUT_MS = 20_000

/** The rows that fit into so many bytes; with `least`, the first even when it alone does not. */
export const fitting = (rows: Row[], roomBytes: number, least?: boolean): Row[] => {
  let left = roomBytes - FRAME_BYTES
  return rows.filter(({ json }, index) => {
    const bytes = bytesOf(json) + 1
    const fits = bytes <= left || (least && !index)
    if (fits) left -= bytes
    return fits
  })
}

/** What the batch tells the relay besides its items. */
export type Frame = { evicted: number; storage: 'disk' | 'memory' }

/** The body of a batch, stamped with this attempt's time. The items' JSON is joined, never made again. */
export const bodyOf = (lane: string, rows: Row[], frame: Frame, nowMs: number): string => {
  const head = JSON.stringify({
    v: PROTOCOL_VERSION,
    projectId: lane.split(' ')[1] || undefined,
    sentAt: nowMs,
    consent: 'granted',
    gpc: navigator.globalPrivacyControl,
    ...frame,
  })
  return `${head.slice(0, -1)},"items":[${rows.map(({ json }) => json)}]}`
}

/**
 * One attempt, given up after 20 s where the browser can. Text travels as `text/plain`: a simple request, without preflight;
 * cookies go along to the same origin only, which is fetch's default.
 */
export const post = (endpoint: string, body: string, keepalive: boolean): Promise<Response> =>
  fetch(endpoint, { method: 'POST', body, keepalive, signal: AbortSignal.timeout?.(TIMEOUT_MS) })
