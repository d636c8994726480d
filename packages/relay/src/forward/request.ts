import { type PathOverrides, pathOf } from '@wmkt/api'
import type { StampedItem } from '../record.ts'
import type { PlainItem } from '../record-reader.ts'
import { createPlainBodies } from './plain-body.ts'

export type UpstreamRequest = {
  method: 'GET' | 'POST'
  /** Below the upstream's base. */
  path: string
  /** JSON, as text or as bytes. */
  body?: string | Buffer
}

export interface Requests {
  /** Creates the event, or the offline interaction. `sync`: an event is processed before the answer. */
  deliver(item: StampedItem, sync?: boolean): UpstreamRequest
  /** Creates an event that need not be parsed: the same request, but for the order of its members. */
  deliverPlain(item: PlainItem): UpstreamRequest
  /** Lists one event type: changes nothing, and proves address, project and credential. */
  probe(): UpstreamRequest
}

/** Items → requests of the upstream's API. */
export const createRequests = (projectId: string, paths: PathOverrides = {}): Requests => {
  const eventPath = pathOf('createEvent', { projectId }, paths)
  const syncPath = pathOf('createEventSync', { projectId }, paths)
  const interactionPath = pathOf('createOfflineInteraction', { projectId }, paths)
  const probePath = `${pathOf('listEventTypes', { projectId }, paths)}?limit=1&offset=0`
  const plainBodyOf = createPlainBodies(projectId)
  const bodyOf = (item: StampedItem): string =>
    item.kind === 'event'
      ? JSON.stringify({
          projectId,
          eventType: item.eventType,
          eventDate: item.date,
          trackerId: item.trackerId,
          nonce: item.nonce,
          data: item.data,
        })
      : JSON.stringify({ date: item.date, userData: item.userData, nodeData: item.nodeData })
  return {
    deliver: (item, sync = false) => ({
      method: 'POST',
      path: item.kind === 'event' ? (sync ? syncPath : eventPath) : interactionPath,
      body: bodyOf(item),
    }),
    deliverPlain: (item) => ({ method: 'POST', path: eventPath, body: plainBodyOf(item) }),
    probe: () => ({ method: 'GET', path: probePath }),
  }
}
