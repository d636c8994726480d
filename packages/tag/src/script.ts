import type { TagOptions } from './options.ts'
import { createTag, type Tag } from './tag.ts'

/** A call on the page: the command's name, then its arguments. */
type Call = [name: string, ...args: unknown[]]

type Wmkt = ((...call: Call) => unknown) & {
  /** Calls that the snippet held until this script came. */
  q?: Iterable<Call>
  /** Set by this script, so that a second copy of it on the page does nothing. */
  live?: boolean
}

declare global {
  interface Window {
    wmkt?: Wmkt
  }
}

const start = (script: HTMLScriptElement | null, waiting: Call[]): void => {
  let tag: Tag | undefined

  const init = (given: object): void => {
    const endpoint = script?.src && new URL('collect', script.src).href
    const options = { endpoint, ...script?.dataset, ...given }
    tag = createTag(options as TagOptions)
    for (const call of waiting) run(call)
  }

  const run = (call: Call): unknown => {
    const [name, ...args] = call
    if (!tag && name === 'init') return init(Object(args[0]))
    if (!tag) return waiting.push(call)
    const command: unknown = Reflect.get(tag, name)
    return typeof command === 'function' ? command(...args) : undefined
  }

  const wmkt: Wmkt = (...call) => {
    try {
      return run(call)
    } catch (error) {
      return Promise.reject(error).catch(() => null)
    }
  }
  const queued = window.wmkt?.q ?? []
  wmkt.live = true
  window.wmkt = wmkt
  if (script?.dataset.project) wmkt('init')
  for (const call of queued) wmkt(...call)
}

if (!window.wmkt?.live) start(document.currentScript as HTMLScriptElement | null, [])
