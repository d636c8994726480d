import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export type Import = { from: string; typeOnly: boolean }
export type Source = { path: string; text: string; imports: Import[] }

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"\n]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

const importsOf = (text: string): Import[] =>
  [...text.matchAll(IMPORT)].map((match) => ({
    from: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
  }))

const tsFilesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name))

/** Every TypeScript source of a folder, its path written from the repository's root with forward slashes. */
export const sourcesIn = (folder: string): Source[] =>
  tsFilesIn(join(ROOT, folder)).map((file) => {
    const text = readFileSync(file, 'utf8')
    return { path: relative(ROOT, file).split(sep).join('/'), text, imports: importsOf(text) }
  })

/** The source a relative import leads to, as a path from the root. */
export const resolveImport = (importer: string, from: string): string =>
  relative(ROOT, resolve(ROOT, dirname(importer), from))
    .split(sep)
    .join('/')
