import { keepCampaign } from './campaign.ts'
import { printNews } from './debug.ts'
import { captureMarked } from './marked.ts'
import type { TagOptions } from './options.ts'
import { createTag } from './tag.ts'
import { captureViews } from './views.ts'

/** A call on the page: the command's name, then its arguments. */
type Call = [name: string, ...args: unknown[]]
type Wmkt = { (...call: Call): unknown; q?: Iterable<Call>; live?: boolean }
type Commands = { [name: string]: ((...args: never[]) => unknown) | undefined }
type ScriptOptions = TagOptions & { views?: string; campaign?: string; debug?: string }

declare global {
  interface Window {
    wmkt?: Wmkt
  }
}

const start = (script: HTMLScriptElement | null, waiting: Call[]): void => {
  let tag: Commands | undefined
  let keep = (): void => {}

  const init = (options: ScriptOptions): unknown => {
    const made = createTag(options)
    tag = made
    if (options.campaign !== undefined) keep = () => keepCampaign(made.allowed())
    keep()
    if (options.debug !== undefined) printNews(made)
    captureMarked(made)
    if (options.views) captureViews(made, options.views)
    return waiting.map(run)
  }

  const run = ([name, ...args]: Call): unknown => {
    if (tag) {
      const answer = tag[name]?.(...(args as never[]))
      if (name === 'consent') keep()
      return answer
    }
    if (name !== 'init') return waiting.push([name, ...args])
    return init({
      endpoint: new URL('collect', script?.src).href,
      ...script?.dataset,
      ...Object(args[0]),
    } as ScriptOptions)
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
