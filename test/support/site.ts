import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Collector } from './collector.ts'
import { ROOT } from './sources.ts'

/** The snippet as docs/tag.md prints it. */
export const STUB =
  '<script>window.wmkt=window.wmkt||function(){(wmkt.q=wmkt.q||[]).push(arguments)}</script>'

export const builtFile = (name: string): Buffer => readFileSync(join(ROOT, 'packages/tag/dist', name))

export type SiteOptions = {
  /** Attributes of the script tag besides `src`. */
  attributes?: string
  /** HTML before the snippet. */
  head?: string
  body?: string
  headers?: Record<string, string>
}

/** A page with the snippet, exactly as a site pastes it, and the minified bundle beside it. */
export const servePage = (collector: Collector, path = '/', options: SiteOptions = {}): string => {
  const { attributes = 'data-project="demo-shop"', head = '', body = '', headers = {} } = options
  const tag = `<script async src="/wmkt/tag.js" ${attributes}></script>`
  collector.serve(
    path,
    `<!doctype html><title>shop</title>${head}${STUB}${tag}<body>${body}`,
    'text/html; charset=utf-8',
    headers,
  )
  collector.serve('/wmkt/tag.js', builtFile('tag.js'), 'text/javascript')
  return `${collector.url}${path}`
}
