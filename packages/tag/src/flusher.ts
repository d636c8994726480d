import { backoffMs } from '@wmkt/protocol'

const AGAIN_MS = 300
const POLICY = { baseMs: 1000, capMs: 300_000 }

/**
 * One tab delivers at a time: whoever is refused the lock comes again. Where locks are missing every tab delivers, and nonces
 * absorb it.
 *
 * @param name of the lock
 * @param drain works until nothing is left (negative), or says how long to wait at least; `stopped` tells it to take no more
 */
export const createFlusher = (
  name: string,
  drain: (stopped: () => boolean) => Promise<number>,
  onFailure: () => void,
) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let attempt = 0
  let notBefore = 0
  let release: (() => void) | undefined

  const arm = (afterMs = 0): void => {
    timer ??= setTimeout(flush, Math.max(afterMs, notBefore - Date.now()))
  }
  const disarm = (): void => {
    clearTimeout(timer)
    timer = undefined
  }

  const work = async (resolve: () => void): Promise<void> => {
    release = resolve
    const stopped = (): boolean => release !== resolve
    const afterMs = await drain(stopped).catch(() => 0)
    if (!stopped()) release = undefined
    resolve()
    if (afterMs < 0) attempt = 0
    else {
      notBefore = Date.now() + afterMs
      arm(backoffMs(++attempt, POLICY, Math.random))
      onFailure()
    }
  }
  const hold = (lock: unknown): Promise<void> | void => (lock ? new Promise<void>(work) : arm(AGAIN_MS))

  const flush = async (): Promise<void> => {
    disarm()
    if (release) return arm(AGAIN_MS)
    try {
      await navigator.locks.request(name, { ifAvailable: true }, hold)
    } catch (refusal) {
      hold(refusal)
    }
  }

  return {
    arm,
    wake(): void {
      disarm()
      arm()
    },
    /** Takes no more and lets go of the lock, so that the browser may keep the page for the way back. */
    halt(): void {
      disarm()
      release?.()
      release = undefined
    },
  }
}
