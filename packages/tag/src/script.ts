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
  const tag = createTag(options)
  if (options.debug !== undefined) printNews(tag)
  if (options.views) captureViews(tag, options.views)
  captureMarked(tag)
  return tag
}

const listen = (script: HTMLOrSVGElement & { src?: string }, before?: Wmkt): void => {
  const early: Call[] = []
  let options: ScriptOptions
  let tag: Tag | undefined
  let commands: Commands = {}

  const run = ([name, ...args]: Call): unknown => {
    if (!tag && name !== 'init') return early.push([name, ...args])
    if (!tag) {
      const endpoint = new URL('collect', script.src).href
      options = { endpoint, ...script.dataset, ...Object(args[0]) }
      tag = start(options)
      commands = tag
      early.map(run)
    }
    const answer = commands[name]?.(...args)
    if (options.campaign !== undefined) keepCampaign(tag.allowed())
    return answer
  }

  const wmkt: Wmkt = (...call) => {
    try {
      return run(call)
    } catch {
      return null
    }
  }
  wmkt.live = true
  window.wmkt = wmkt
  if (script.dataset.project) wmkt('init')
  for (const call of before?.q ?? []) wmkt(...call)
}

if (!window.wmkt?.live) listen(document.currentScript ?? document.documentElement, window.wmkt)
