import type { ForwardEnding } from './forward/ending.ts'
import type { Log } from './telemetry/log.ts'

/** What the host does on hearing an ending; a promise of its may reject. */
export type OnEnding = (ending: ForwardEnding) => unknown

/** Host code that wants to hear what became of items. */
export interface EndingListeners {
  tell(ending: ForwardEnding): void
  on(listener: OnEnding): void
}

/** What a listener throws is the host's own: it is logged, and deliveries go on. */
export const createEndingListeners = (log: Log): EndingListeners => {
  const listeners = new Set<OnEnding>()
  const call = async (listener: OnEnding, ending: ForwardEnding) => {
    try {
      await listener(ending)
    } catch (error) {
      log.error({ err: error }, 'a listener of endings threw')
    }
  }
  return {
    tell(ending) {
      for (const listener of listeners) void call(listener, ending)
    },
    on(listener) {
      listeners.add(listener)
    },
  }
}
