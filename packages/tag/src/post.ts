import { PROTOCOL_VERSION, type Receipt, retryAfterMs } from '@wmkt/protocol'
import { bytesOf, partsOf, type Row } from './row.ts'

/** Beacons and keepalive requests of a page share 64 KiB; what is larger travels without. */
export const MAX_KEEPALIVE_BYTES = 60_000
const TIMEOUT_MS = 20_000

declare global {
  interface WorkerNavigator {
    globalPrivacyControl?: boolean
  }
  interface Navigator {
    globalPrivacyControl?: boolean
  }
}

/** What the batch tells the relay besides its items. */
export type Frame = { evicted: number; storage: 'disk' | 'memory' }

export type Outcome = { receipt?: Receipt; status?: number; afterMs?: number | undefined }

/** The rows that fit into so many bytes; with `least`, the first even when it alone does not. */
export const fitting = <T extends Row>(rows: T[], roomBytes: number, least = false): T[] => {
  let bytes = 0
  return rows.filter(({ json }, index) => {
    const sum = bytes + bytesOf(json) + 1
    const fits = sum <= roomBytes || (least && !index)
    if (fits) bytes = sum
    return fits
  })
}

/** The body of a batch, stamped with this attempt's time. The items' JSON is joined, never made again. */
export const bodyOf = (lane: string, rows: Row[], frame: Frame, nowMs: number): string => {
  const head = JSON.stringify({
    v: PROTOCOL_VERSION,
    projectId: partsOf(lane)[1] || undefined,
    sentAt: nowMs,
    consent: 'granted',
    gpc: !!navigator.globalPrivacyControl,
    ...frame,
  })
  return `${head.slice(0, -1)},"items":[${rows.map(({ json }) => json)}]}`
}

/** Text is sent as `text/plain`: a simple request, without preflight. Throws on a network fault. */
export const request = (
  lane: string,
  body: string,
  keepalive: boolean,
  signal?: AbortSignal,
): Promise<Response> =>
  fetch(partsOf(lane)[0] ?? '', {
    method: 'POST',
    body,
    keepalive,
    credentials: 'same-origin',
    ...(signal && { signal }),
  })

/** One attempt. Only a receipt is an answer: a 2xx of some other kind (a captive portal) settles nothing. */
export const post = async (lane: string, body: string, keepalive: boolean): Promise<Outcome> => {
  const giveUp = new AbortController()
  const timer = setTimeout(() => giveUp.abort(), TIMEOUT_MS)
  try {
    const response = await request(lane, body, keepalive, giveUp.signal)
    const { status } = response
    if (status !== 202)
      return { status, afterMs: retryAfterMs(response.headers.get('Retry-After'), Date.now()) }
    const receipt: Receipt = await response.json()
    return receipt.rejected && receipt.held ? { receipt } : {}
  } catch {
    return {}
  } finally {
    clearTimeout(timer)
  }
}
