import { rowsInPage } from '../support/rows-in-page.ts'
import type { Tab } from '../support/tab.ts'

/** Resolves once the snippet's function has given way to the tag's. */
export const untilLive = (tab: Tab): Promise<void> =>
  tab.run(
    () =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (String(Reflect.get(window, 'wmkt')).includes('wmkt.q')) setTimeout(look, 10)
          else resolve()
        }
        look()
      }),
  )

/** Calls the tag; resolves to what its answer resolves to. */
export const wmkt = (tab: Tab, ...call: unknown[]): Promise<unknown> =>
  tab.run((...given) => Reflect.get(window, 'wmkt')(...given), ...call)

/** Records events in one task, each with `{ from, i }`; resolves to their nonces once each is in the outbox. */
export const recordMany = (tab: Tab, count: number, from = 0): Promise<string[]> =>
  tab.run(
    (n, source) => {
      const record = Reflect.get(window, 'wmkt')
      return Promise.all(Array.from({ length: n }, (_, i) => record('event', 'view', { from: source, i })))
    },
    count,
    from,
  )

/** Rows in the page's IndexedDB outbox. */
export const rowsHeld = (tab: Tab): Promise<number> => tab.run(rowsInPage)
