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

/** Beacons and keepalive requests of a page share 64 KiB, all in flight together. */
export const MAX_FLYING_BYTES = 60_500
/** What of it the items may take, the rest being for the frame around them; a single item that is larger travels without keepalive. */
export const MAX_BATCH_BYTES = 60_000

/** The first rows that fit into so many bytes; with `least`, the first even when it alone does not. */
export const fitting = (rows: Row[], roomBytes: number, least?: boolean): Row[] => {
  let left = roomBytes
  return rows.filter(({ json }, index) => {
    left -= bytesOf(json) + 1
    return left > 0 || (least && !index)
  })
}

/** What the batch tells the relay besides its items. */
export type Frame = { projectId: string | undefined; evicted: number; storage: 'disk' | 'memory' }

/** The body of a batch, stamped with this attempt's time. The items' JSON is joined, never made again. */
export const bodyOf = (rows: Row[], frame: Frame): string =>
  `{"items":[${rows.map(({ json }) => json)}],` +
  JSON.stringify({
    v: PROTOCOL_VERSION,
    sentAt: Date.now(),
    consent: 'granted',
    gpc: navigator.globalPrivacyControl,
    ...frame,
  }).slice(1)
