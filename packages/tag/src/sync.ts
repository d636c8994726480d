export const SYNC_TAG = 'wmkt'

declare global {
  interface ServiceWorkerRegistration {
    /** Background Sync; Chromium only. */
    sync: { register(tag: string): Promise<void> }
  }
}

/** Asks the site's service worker, where there is one, to deliver what is held, also after the page is gone. */
export const askWorker = async (): Promise<void> => {
  try {
    await (await navigator.serviceWorker.ready).sync.register(SYNC_TAG)
  } catch {
    // Without workers or Background Sync, or in a sandboxed frame, the next visit delivers.
  }
}
