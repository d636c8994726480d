import type { Asset } from '../serve/assets.ts'

const QUEUE = 'window.wmkt=window.wmkt||function(){(wmkt.q=wmkt.q||[]).push(arguments)}'

/** The lines to paste. The hashed name never changes its bytes, so the browser may check them. */
export const snippetOf = (tag: Asset, base: string, projectId: string, cookie: string): string => {
  const attributes = [
    `src="${base}/${tag.hashedName}"`,
    `integrity="${tag.integrity}"`,
    'crossorigin="anonymous"',
    `data-project="${projectId}"`,
    ...(cookie === 'ndrstnd' ? [] : [`data-cookie="${cookie}"`]),
  ]
  return `<script>${QUEUE}</script>\n<script async ${attributes.join(' ')}></script>`
}

export const SNIPPET_NOTE =
  "Keep Webmarketer's own ndrstnd script installed: it issues the tracker ID and reports page views."
