import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { expect, test } from 'vitest'
import { ROOT } from '../support/sources.ts'

type Budget = { file: string; brotliBytes: number }

const budgets: Budget[] = JSON.parse(readFileSync(join(ROOT, 'size.json'), 'utf8'))

const brotliBytesOf = (file: string): number =>
  brotliCompressSync(readFileSync(join(ROOT, file)), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
    .length

test.each(budgets)('$file keeps within $brotliBytes bytes brotli', ({ file, brotliBytes }) => {
  expect(brotliBytesOf(file)).toBeLessThanOrEqual(brotliBytes)
})
