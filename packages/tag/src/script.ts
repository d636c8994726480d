import { keepCampaign } from './campaign.ts'
import { captureMarked } from './marked.ts'
import type { Tag, TagOptions } from './options.ts'
import { openTag } from './tag.ts'
import { captureViews } from './views.ts'

/** A call on the page: the command's name, then its arguments. */
type Call = [name: string, ...args: unknown[]]
type Wmkt = { (...call: Call): unknown; q?: Iterable<Call>; live?: unknown }
/** Seen from the page, whose calls nobody has checked: each command does with its arguments what it can. */
type Commands = { [name: string]: Command | undefined }
type Command = { bivariant(...args: unknown[]): unknown }['bivariant']
type ScriptOptions = TagOptions & { views?: string; campaign?: string; debug?: string }
/** debug.js, in a file of its own: who does not debug loads nothing of it. */
type Debug = { on(tag: Tag): void } | undefined | false

declare global {
  interface Window {
    wmkt?: Wmkt
  }
}

const start = (options: ScriptOptions, debug: Debug): Tag => {
  const tag = openTag(options, (granted) => 'campaign' in options && keepCampaign(granted))
  if (debug) debug.on(tag)
  if (options.views) captureViews(tag, options.views)
  captureMarked(tag)
  return tag
}

const listen = (script: HTMLOrSVGElement & Node & { src?: string }, before?: Wmkt): void => {
  const calls: Call[] = []
  let commands: Commands | undefined

  const wmkt: Wmkt = async (name, ...args) => {
    try {
      if (commands) return commands[name]?.(...args)
      calls.push([name, ...args])
      if (name === 'init') {
        const options: ScriptOptions = {
          endpoint: new URL('collect', script.src || script.baseURI).href,
          ...script.dataset,
          ...(args[0] as object),
        }
        // Calls wait for debug.js, so that it misses none; without it the tag works all the same.
        const debug = 'debug' in options && (await import('./debug.ts').catch(() => undefined))
        // Another `init` may have come meanwhile.
        commands ??= start(options, debug)
        for (const one of calls.splice(0)) wmkt(...one)
      }
    } catch {
      // A page is never hurt by its tag.
    }
    return undefined
  }
  window.wmkt = wmkt.live = wmkt
  for (const call of before?.q ?? []) wmkt(...call)
  // After the calls that came early, among which an `init` may say what the attributes do not.
  if (script.dataset.project) wmkt('init')
}

if (!window.wmkt?.live) listen(document.currentScript ?? document.documentElement, window.wmkt)
