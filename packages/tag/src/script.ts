import { keepCampaign } from './campaign.ts'
import { printNews } from './debug.ts'
import { captureMarked } from './marked.ts'
import type { TagOptions } from './options.ts'
import { createTag, type Tag } from './tag.ts'
import { captureViews } from './views.ts'

/** A call on the page: the command's name, then its arguments. */
type Call = [name: string, ...args: unknown[]]
type Wmkt = { (...call: Call): unknown; q?: Iterable<Call>; live?: boolean }
/** Seen from the page, whose calls nobody has checked: each command does with its arguments what it can. */
type Commands = { [name: string]: Command | undefined }
type Command = { bivariant(...args: unknown[]): unknown }['bivariant']
type ScriptOptions = TagOptions & { views?: string; campaign?: string; debug?: string }

declare global {
  interface Window {
    wmkt?: Wmkt
  }
}

const start = (options: ScriptOptions): Tag => {
  const tag = createTag(options, options.campaign === undefined ? undefined : keepCampaign)
  if (options.debug !== undefined) printNews(tag)
  if (options.views) captureViews(tag, options.views)
  captureMarked(tag)
  return tag
}

const listen = (script: HTMLOrSVGElement & { src?: string }, before?: Wmkt): void => {
  const early: Call[] = []
  let commands: Commands | undefined

  const wmkt: Wmkt = (...call) => {
    const [name, ...args] = call
    try {
      if (commands) return commands[name]?.(...args)
      if (name !== 'init') return early.push(call)
      const endpoint = new URL('collect', script.src || document.baseURI).href
      commands = start({ endpoint, ...script.dataset, ...Object(args[0]) })
      for (const one of early) wmkt(...one)
      return undefined
    } catch {
      return null
    }
  }
  wmkt.live = true
  window.wmkt = wmkt
  for (const call of before?.q ?? []) wmkt(...call)
  // After the calls that came early, among which an `init` may say what the attributes do not.
  if (script.dataset.project) wmkt('init')
}

if (!window.wmkt?.live) listen(document.currentScript ?? document.documentElement, window.wmkt)
