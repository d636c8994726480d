import type { Clock } from '../clock.ts'
import type { ForwardEnding } from '../forward/ending.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { OpenRecord } from '../record-reader.ts'
import type { Log } from '../telemetry/log.ts'
import { createPost } from './post.ts'
import type { WebhookTarget } from './target.ts'
import { createWebhook, type Webhook, type WebhookStatus } from './webhook.ts'

export type WebhookRoomOptions = {
  settings: { webhook: WebhookTarget | undefined; projectId: string }
  clock: Clock
  /** In [0, 1). */
  random: () => number
  log: Log
}

/** Tells of deliveries elsewhere, for the time that a relay runs. */
export interface WebhookRoom {
  onEnding(ending: ForwardEnding): void
  /** Undefined until it has started. */
  status(): WebhookStatus | undefined
  /** @throws Error when this outbox keeps no list of what is to be told */
  start(parts: { outbox: Outbox; open: OpenRecord }): void
  stop(): Promise<void>
}

/** Undefined when nobody is to be told. */
export const createWebhookRoom = (options: WebhookRoomOptions): WebhookRoom | undefined => {
  const { settings, clock, random, log } = options
  const { webhook: target, projectId } = settings
  if (!target) return undefined
  let webhook: Webhook | undefined
  return {
    onEnding({ ending }) {
      if (ending === 'delivered') webhook?.wake()
    },
    status: () => webhook?.status(),
    start({ outbox: { untold }, open }) {
      if (!untold) throw new Error('this outbox keeps no list of deliveries for a webhook')
      const post = createPost(target, clock.now)
      webhook = createWebhook({ untold, post, projectId, open, clock, random, log })
      webhook.start()
    },
    async stop() {
      await webhook?.stop()
    },
  }
}
