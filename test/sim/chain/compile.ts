import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { compileFunction } from 'node:vm'
import { build, type Plugin } from 'esbuild'

/** One place of the shipped source, by its very text, and what stands there instead. */
export type Edit = { file: string; from: string; to: string }

/** Text of a module that takes the place of a file: what reaches out of the process goes to the world instead. */
export type Stand = { file: string; text: string }

export type Shipped = {
  /** The entry, as text: what of the shipped source is wanted. Paths are relative to the repository. */
  entry: string
  /** Names that the source finds where it would find globals. */
  globals: readonly string[]
  stands?: readonly Stand[]
  edits?: readonly Edit[]
}

const ROOT = process.cwd()

const edited = (text: string, path: string, edits: readonly Edit[]): string =>
  edits
    .filter(({ file }) => path.endsWith(`/packages/${file}`))
    .reduce((before, { file, from, to }) => {
      if (before.split(from).length !== 2) throw new Error(`${file} has not once: ${from}`)
      return before.replace(from, () => to)
    }, text)

/** Our own packages are read as source; of others only what a browser gets is taken in. */
const sources = ({ stands = [], edits = [] }: Shipped): Plugin => ({
  name: 'sources',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) =>
      /^(@wmkt\/|idb-keyval)/.test(path) ? undefined : { path, external: true },
    )
    onLoad({ filter: /\/packages\/.*\.ts$/ }, ({ path }) => {
      const stand = stands.find(({ file }) => path.endsWith(`/packages/${file}`))
      return { contents: stand?.text ?? edited(readFileSync(path, 'utf8'), path, edits), loader: 'ts' }
    })
  },
})

/** Evaluates the source once more, with module state of its own, as a process or a page that starts does. */
export type Start = (globals: Readonly<Record<string, unknown>>) => unknown

/** Shipped source → what starts it. Compiled once: a start costs no more than running the modules. */
export const compile = async (shipped: Shipped): Promise<Start> => {
  const { outputFiles } = await build({
    stdin: { contents: shipped.entry, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    conditions: ['source'],
    logLevel: 'silent',
    plugins: [sources(shipped)],
  })
  const code = outputFiles[0]?.text ?? ''
  for (const { file } of shipped.edits ?? [])
    if (!code.includes(`packages/${file}`)) throw new Error(`${file} is not part of what is run`)
  const run = compileFunction(code, ['module', 'exports', 'require', ...shipped.globals])
  const require = createRequire(import.meta.url)
  return (globals) => {
    const module: { exports: unknown } = { exports: {} }
    run(module, module.exports, require, ...shipped.globals.map((name) => globals[name]))
    return module.exports
  }
}
