import type { NatsConnection } from '@nats-io/transport-node'
import type { Lane } from '../outbox.ts'

/** What relays call to each other, and nobody keeps. What is lost is made good by the next look, or the next beat. */
export interface Hints {
  /** There is work in these lanes. */
  tell(lanes: Iterable<Lane>): void
  /** We are here. */
  beat(): void
  /** A lane pauses until then, in epoch ms. */
  pause(lane: Lane, until: number): void
  /** We leave. */
  leave(): void
}

type Hint = { from: string; lanes?: Lane[]; pause?: [lane: Lane, until: number]; leaves?: true }

export type Hearing = {
  onLanes: (lanes: readonly Lane[]) => void
  onBeat: (relay: string) => void
  onLeave: (relay: string) => void
  onPause: (lane: Lane, until: number) => void
}

export const createHints = (nc: NatsConnection, subject: string, from: string, hearing: Hearing): Hints => {
  const say = (hint: Omit<Hint, 'from'>) => nc.publish(subject, JSON.stringify({ from, ...hint }))
  const hear = ({ from: relay, lanes, pause, leaves }: Hint) => {
    if (relay === from) return
    if (leaves) return hearing.onLeave(relay)
    hearing.onBeat(relay)
    if (lanes) hearing.onLanes(lanes)
    if (pause) hearing.onPause(...pause)
  }
  // Ends with the connection, which an exception in here would end too: what is no hint is none of ours.
  nc.subscribe(subject, {
    callback(error, message) {
      const hint = error ? undefined : hintOf(message.string())
      if (hint) hear(hint)
    },
  })
  return {
    tell: (lanes) => say({ lanes: [...lanes] }),
    beat: () => say({}),
    pause: (lane, until) => say({ pause: [lane, until] }),
    leave: () => say({ leaves: true }),
  }
}

const hintOf = (text: string): Hint | undefined => {
  try {
    const hint: Hint = JSON.parse(text)
    return typeof hint.from === 'string' ? hint : undefined
  } catch {
    return undefined
  }
}
