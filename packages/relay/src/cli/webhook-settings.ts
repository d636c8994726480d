import type { Setting } from './settings.ts'

/** About who is told of deliveries. */
export const WEBHOOK_SETTINGS: readonly Setting[] = [
  {
    env: 'WMKT_WEBHOOK_URL',
    flag: 'webhook-url',
    target: 'webhookUrl',
    form: 'text',
    secret: true,
    about: "told of each delivered event, with the upstream's id of it; https unless loopback",
  },
  {
    env: 'WMKT_WEBHOOK_SECRET',
    flag: 'webhook-secret',
    target: 'webhookSecret',
    form: 'text',
    secret: true,
    about: 'signs what the webhook is told: whsec_ and 24 to 64 bytes in base64',
  },
]
