import type { TagOptions } from './options.ts'
import { createTag } from './tag.ts'

/** A call on the page: the command's name, then its arguments. */
type Call = [name: string, ...args: unknown[]]
type Wmkt = { (...call: Call): unknown; q?: Iterable<Call>; live?: boolean }
type Commands = { [name: string]: ((...args: never[]) => unknown) | undefined }

declare global {
  interface Window {
    wmkt?: Wmkt
  }
}

const start = (script: HTMLScriptElement | null, waiting: Call[]): void => {
  let tag: Commands | undefined

  const run = ([name, ...args]: Call): unknown => {
    if (tag) return tag[name]?.(...(args as never[]))
    if (name !== 'init') return waiting.push([name, ...args])
    tag = createTag({
      endpoint: new URL('collect', script?.src).href,
      ...script?.dataset,
      ...Object(args[0]),
    } as TagOptions)
    return waiting.map(run)
  }

  const wmkt: Wmkt = (...call) => {
    try {
      return run(call)
    } catch {
      return null
    }
  }
  const queued = window.wmkt?.q ?? []
  wmkt.live = true
  window.wmkt = wmkt
  if (script?.dataset.project) wmkt('init')
  for (const call of queued) wmkt(...call)
}

if (!window.wmkt?.live) start(document.currentScript as HTMLScriptElement | null, [])
