import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { type InputOptions, type OutputOptions, type Plugin, rollup } from 'rollup'
import { loadConfigFile } from 'rollup/loadConfigFile'
import { minify } from 'terser'
import { describe, expect, test } from 'vitest'
import { STUB } from '../support/site.ts'
import { ROOT } from '../support/sources.ts'

type Budget = {
  name: string
  file?: string
  script?: string
  without?: string[]
  import?: string
  snippet?: string
  brotliBytes: number
}

const budgets: Budget[] = JSON.parse(readFileSync(join(ROOT, 'size.json'), 'utf8'))
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

const brotliBytesOf = (text: string): number =>
  brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length

const codeOf = async (input: InputOptions, output: OutputOptions): Promise<string> => {
  const bundle = await rollup(input)
  return (await bundle.generate(output)).output[0].code
}

/** What a site's own bundler, with terser's defaults, makes of a line that uses the package. */
const bundled = async (line: string): Promise<string> => {
  const entry: Plugin = {
    name: 'entry',
    resolveId: (id) => (id === 'entry' ? id : null),
    load: (id) => (id === 'entry' ? `import * as tag from '@wmkt/tag'\ntag.${line}` : null),
  }
  const code = await codeOf(
    {
      input: 'entry',
      plugins: [entry, nodeResolve({ rootDir: ROOT, modulePaths: [join(ROOT, 'node_modules')] })],
    },
    { format: 'es' },
  )
  return (await minify(code, { module: true, toplevel: true })).code ?? ''
}

/** The script as it is built, with modules that do nothing in place of some. */
const reduced = async (script: string, without: string[]): Promise<string> => {
  const nothing: Plugin = {
    name: 'nothing',
    transform: (code, id) =>
      without.includes(basename(id))
        ? code.replace(/(export const \w+ =) [\s\S]*?(?=\nexport|$)/g, '$1 () => {}')
        : null,
  }
  const { options } = await loadConfigFile(join(ROOT, 'rollup.config.mjs'), {})
  const [
    {
      plugins = [],
      external = [],
      output: [output],
    } = { output: [] },
  ] = options
  if (!output) throw new Error('rollup.config.mjs builds no script')
  return codeOf(
    { input: join(ROOT, script), external, plugins: [plugins, nothing] },
    { format: 'iife', plugins: output.plugins ?? [] },
  )
}

const measured = ({ file, script, without = [], import: line }: Budget): Promise<string> | string => {
  if (file) return textOf(file)
  if (script) return reduced(script, without)
  return line ? bundled(line) : STUB.replace(/<\/?script>/g, '')
}

describe('budgets', () => {
  test.each(budgets)('$name keeps within $brotliBytes bytes brotli', async (budget) => {
    const bytes = brotliBytesOf(await measured(budget))
    expect(bytes).toBeLessThanOrEqual(budget.brotliBytes)
    // What is said to be left out is truly left out.
    if (budget.without) expect(bytes).toBeLessThan(brotliBytesOf(textOf('packages/tag/dist/tag.js')) - 400)
  })

  test('the snippet of the documentation is the one that is tested', () => {
    for (const budget of budgets) if (budget.snippet) expect(textOf(budget.snippet)).toContain(STUB)
  })
})
