import type { Recorder } from './options.ts'

declare global {
  interface Document {
    prerendering?: boolean
  }
}

/** Records a page view at load and at each route change: push, replace, pop, the way back; not before a prerendered page is shown. */
export const captureViews = (tag: Recorder, eventType: string): void => {
  let last: string | undefined
  const view = (): void => {
    const path = location.pathname
    const here = path + location.search
    if (document.prerendering || here === last) return
    last = here
    tag.event(eventType, { path })
  }
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name]
    history[name] = (...args) => {
      original.apply(history, args)
      view()
    }
  }
  addEventListener('pagehide', () => {
    last = undefined
  })
  // A prerendered page becomes visible when it is shown.
  for (const type of ['pageshow', 'popstate', 'visibilitychange']) addEventListener(type, view)
  view()
}
