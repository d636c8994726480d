import type { EventType } from './event-types.ts'
import type { Recorder } from './options.ts'

/** Records a page view at load and at each route change: push, replace, pop, the way back; not before the page is shown, which a prerendered one is not, nor one in a tab of the background. */
export const captureViews = (tag: Recorder, eventType: EventType): void => {
  let last: string | undefined
  const view = (): void => {
    const path = location.pathname
    const here = path + location.search
    if (document.hidden || here === last) return
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
  for (const type of ['pageshow', 'popstate', 'visibilitychange']) addEventListener(type, view)
  view()
}
