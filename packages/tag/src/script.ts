import { keepCampaign } from './campaign.ts'
import { printNews } from './debug.ts'
import { captureMarked } from './marked.ts'
import type { Tag, TagOptions } from './options.ts'
import { openTag } from './tag.ts'
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
  const tag = openTag(options, (granted) => 'campaign' in options && keepCampaign(granted))
  if ('debug' in options) printNews(tag)
  if (options.views) captureViews(tag, options.views)
  captureMarked(tag)
  return tag
}

const listen = (script: HTMLOrSVGElement & { src?: string }, before?: Wmkt): void => {
  const calls: Call[] = []
  let commands: Commands | undefined

  const wmkt: Wmkt = (name, ...args) => {
    try {
      if (commands) return commands[name]?.(...args)
      calls.push([name, ...args])
      if (name === 'init') {
        const endpoint = new URL('collect', script.src || document.baseURI).href
        commands = start({ endpoint, ...script.dataset, ...(args[0] as object) })
        for (const one of calls) wmkt(...one)
      }
    } catch {
      // A page is never hurt by its tag.
    }
    return undefined
  }
  wmkt.live = true
  window.wmkt = wmkt
  for (const call of before?.q ?? []) wmkt(...call)
  // After the calls that came early, among which an `init` may say what the attributes do not.
  if (script.dataset.project) wmkt('init')
}

if (!window.wmkt?.live) listen(document.currentScript ?? document.documentElement, window.wmkt)
