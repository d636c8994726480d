import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DOUBT_CODES, HOLD_CODES } from '../../../packages/protocol/src/schema/codes.ts'

const sections = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8').split(/^## /m)

test.each([
  ['Held', HOLD_CODES],
  ['Doubts', DOUBT_CODES],
])('docs/errors.md names every code under %s with what it says, and no other', (title, codes) => {
  const section = sections.find((text) => text.startsWith(`${title}:`)) ?? ''
  const rows = [...section.matchAll(/^\| `([A-Z_]+)` \| (.+) \|$/gm)].map(([, code, says]) => [code, says])
  expect(rows).toEqual(Object.entries(codes))
})
