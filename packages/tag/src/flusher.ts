import { backoffMs } from '@wmkt/protocol'

const AGAIN_MS = 300
const POLICY = { baseMs: 1000, capMs: 300_000 }

/**
 * One tab delivers at a time: whoever is refused the lock comes again. Where locks are missing every tab delivers, and nonces
 * absorb it.
 *
 * @param name of the lock
 * @param allowed false: nothing may be sent
 * @param drain works until nothing is left (undefined), or says how long to wait at least; `stopped` tells it to take no more
 */
export const createFlusher = (
  name: string,
  allowed: () => boolean,
  drain: (stopped: () => boolean) => Promise<number | undefined>,
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
  const letGo = (): void => {
    release?.()
    release = undefined
  }

  const work = async (resolve: () => void): Promise<void> => {
    release = resolve
    const stopped = (): boolean => release !== resolve
    const afterMs = await drain(stopped).catch(() => 0)
    if (afterMs === undefined) attempt = 0
    else {
      notBefore = Date.now() + afterMs
      arm(backoffMs(++attempt, POLICY, Math.random))
      onFailure()
    }
    if (!stopped()) letGo()
  }
  const hold = (lock: unknown): Promise<void> | void => (lock ? new Promise<void>(work) : arm(AGAIN_MS))

  const flush = (): void => {
    timer = undefined
    if (!allowed()) return
    if (release) arm(AGAIN_MS)
    else if (navigator.locks) navigator.locks.request(name, { ifAvailable: true }, hold).catch(hold)
    else void hold(true)
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
      letGo()
    },
  }
}
