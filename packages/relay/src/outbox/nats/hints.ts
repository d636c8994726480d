import type { NatsConnection } from '@nats-io/transport-node'
import type { Lane } from '../outbox.ts'

/** Relays tell each other in which lanes there is work. A hint that is lost is made good by the next look. */
export interface Hints {
  tell(lanes: Iterable<Lane>): void
  stop(): void
}

type Hint = { from: string; lanes: Lane[] }

export const createHints = (
  nc: NatsConnection,
  subject: string,
  relay: string,
  onHint: (lanes: readonly Lane[]) => void,
): Hints => {
  const subscription = nc.subscribe(subject, {
    callback(error, message) {
      if (error) return
      const hint: Hint = message.json()
      if (hint.from !== relay) onHint(hint.lanes)
    },
  })
  return {
    tell: (lanes) => nc.publish(subject, JSON.stringify({ from: relay, lanes: [...lanes] })),
    stop: () => subscription.unsubscribe(),
  }
}
