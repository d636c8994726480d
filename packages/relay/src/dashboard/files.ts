import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type PageFile = { body: Buffer; type: string; etag: string }
/** By name, as pages ask for them under `page/`. */
export type PageFiles = ReadonlyMap<string, PageFile>

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const require = createRequire(import.meta.url)
const ASSETS = fileURLToPath(new URL('../../page/assets/', import.meta.url))
const BUILT = fileURLToPath(new URL('../../dist/page/', import.meta.url))

/** Everything a page of ours asks for: our own files, and the chart library's. Nothing comes from elsewhere. */
export const loadPageFiles = (): PageFiles => {
  const chart = ['uPlot.iife.min.js', 'uPlot.min.css'].map((name) => require.resolve(`uplot/dist/${name}`))
  const files = new Map<string, PageFile>()
  for (const path of [...filesIn(ASSETS), ...filesIn(BUILT), ...chart])
    files.set(basename(path), makeFile(path))
  return files
}

/** None when there is no such folder: the page was not built. */
const filesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => Object.hasOwn(TYPES, extname(name)))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

const makeFile = (path: string): PageFile => {
  const body = readFileSync(path)
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`
  return { body, type: TYPES[extname(path)] ?? 'application/octet-stream', etag }
}
