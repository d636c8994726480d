import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { rollup } from 'rollup'
import { minify } from 'terser'
import { describe, expect, test } from 'vitest'
import { STUB } from '../support/site.ts'
import { ROOT } from '../support/sources.ts'

type Budget = { name: string; file?: string; import?: string; snippet?: string; brotliBytes: number }

const budgets: Budget[] = JSON.parse(readFileSync(join(ROOT, 'size.json'), 'utf8'))
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

const brotliBytesOf = (text: string): number =>
  brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length

/** What a site's own bundler makes of a line that uses the ESM build. */
const bundled = async (line: string): Promise<string> => {
  const entry = `import { createTag } from '${join(ROOT, 'packages/tag/dist/tag.mjs')}'\n${line}`
  const bundle = await rollup({
    input: 'entry',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => (id === 'entry' ? entry : null),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'es' })
  return (await minify(output[0].code, { module: true, toplevel: true })).code ?? ''
}

describe('budgets', () => {
  test.each(budgets)('$name keeps within $brotliBytes bytes brotli', async (budget) => {
    const text = budget.file
      ? textOf(budget.file)
      : budget.import
        ? await bundled(budget.import)
        : STUB.replace(/<\/?script>/g, '')
    expect(brotliBytesOf(text)).toBeLessThanOrEqual(budget.brotliBytes)
  })

  test('the snippet of the documentation is the one that is tested', () => {
    for (const budget of budgets) if (budget.snippet) expect(textOf(budget.snippet)).toContain(STUB)
  })
})
