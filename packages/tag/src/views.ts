import type { Recorder } from './recorder.ts'

declare global {
  interface Document {
    prerendering?: boolean
  }
}

/** Records a page view at load and at each route change: push, replace, pop, the way back; not before a prerendered page is shown. */
export const captureViews = (tag: Recorder, eventType: string): void => {
  let last: string | undefined
  const view = (): void => {
    const { pathname, search } = location
    if (document.prerendering || pathname + search === last) return
    last = pathname + search
    void tag.event(eventType, { path: pathname })
  }
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name]
    history[name] = (...args) => {
      original.apply(history, args)
      view()
    }
  }
  addEventListener('popstate', view)
  addEventListener('pagehide', () => {
    last = undefined
  })
  addEventListener('pageshow', view)
  document.addEventListener('prerenderingchange', view)
  view()
}
