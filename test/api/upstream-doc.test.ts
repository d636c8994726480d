import { readFileSync } from 'node:fs'
import { ENDPOINTS, type Endpoint, parsePathOverrides } from '@wmkt/api'
import { createClient, createStaticToken } from '@wmkt/api/client'
import { describe, expect, test } from 'vitest'

const text = readFileSync(new URL('../../docs/upstream.md', import.meta.url), 'utf8')
const section = text.split('\n## ').find((part) => part.startsWith('Endpoints')) ?? ''
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
const namesIn = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`(\w+)`/g)].map((m) => m[1] ?? '')

describe('docs/upstream.md', () => {
  test('has a row for each endpoint, as the contract has it, and no other', () => {
    const wanted = Object.entries<Endpoint>(ENDPOINTS).map(
      ([name, { method, path, provenance, source, area }]) => [
        `${method} \`${path}\``,
        provenance,
        source,
        name,
        `\`test/sandbox/${area}.test.ts\``,
      ],
    )
    const found = rows.map(([endpoint, provenance, source, methods, file]) => [
      endpoint,
      provenance,
      source,
      namesIn(methods)[0],
      file,
    ])
    expect(found.sort()).toEqual(wanted.sort())
  })

  test('has no empty cell', () => {
    expect(rows.filter((cells) => cells.length !== 5 || cells.includes(''))).toEqual([])
  })

  test('names every method of the client, and none that is not there', () => {
    const client = createClient({ apiUrl: 'https://api.test/api/v1', tokens: createStaticToken('x') })
    const named = rows.flatMap(([, , , methods]) => namesIn(methods))
    expect(named.sort()).toEqual(Object.keys(client).sort())
  })

  test('gives an override that is accepted', () => {
    const example = /`(\{"getRawEvent": [^`]+)`/.exec(text)?.[1] ?? ''
    expect(parsePathOverrides(example)).toHaveProperty('overrides')
  })
})
