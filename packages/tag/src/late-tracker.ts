const STEP_MS = 100
const WINDOW_MS = 2_000

/**
 * The upstream's script may set its cookie after the first item: its ID is waited for, at most 2 s from that item on.
 *
 * @param found looks, and takes the ID when it is there
 */
export const openWindow = (found: () => boolean) => {
  let close = (): void => {}
  let closed: Promise<void> | undefined
  return {
    /** The first item without an ID opens the window; there is one a page view. */
    open(): void {
      closed ??= new Promise((resolve) => {
        let leftMs = WINDOW_MS
        const timer = setInterval(() => {
          leftMs -= STEP_MS
          if (found() || leftMs <= 0) close()
        }, STEP_MS)
        close = () => {
          clearInterval(timer)
          resolve()
        }
      })
    },
    /** Looks once more, and waits no longer. */
    close(): void {
      found()
      close()
    },
    closed: () => closed,
  }
}
