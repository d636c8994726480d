import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Router } from 'express'
import { expect, test } from 'vitest'
import { startRelay } from '../support/relay.ts'
import { ROOT } from '../support/sources.ts'

/** What a router answers to, as `GET /api/items/{nonce}`. */
const routesOf = ({ stack }: Pick<Router, 'stack'>): string[] =>
  stack.flatMap(({ route, handle }) => {
    if (route) return methodsOf(route).map((method) => `${method} ${route.path.replace(/:(\w+)/g, '{$1}')}`)
    return 'stack' in handle ? routesOf(handle as Router) : []
  })

type Layers = Router['stack'][number]['route']

/** `.all()` stands for what answers 405, or lays headers under the others. */
const methodsOf = (route: NonNullable<Layers>): string[] => [
  ...new Set(route.stack.flatMap(({ method }) => (method ? [method.toUpperCase()] : []))),
]

/** Hashed names change with what is built. */
const isHashed = (route: string): boolean => /\.[0-9a-f]{16}\./.test(route)

const documented = (table: 'public' | 'admin'): string[] => {
  const readme = readFileSync(join(ROOT, 'packages/relay/README.md'), 'utf8')
  const [, rows = ''] = new RegExp(`\\| ${table} \\|[^]*?---\\|\\n((?:\\|.*\\n)+)`).exec(readme) ?? []
  const cells = rows.split('\n').map((row) => row.split('|')[1] ?? '')
  return cells
    .flatMap((cell) => [...cell.matchAll(/`([A-Z]+ [^`?]+)/g)].map(([, route = '']) => route))
    .map((route) => route.replace('{base}', ''))
}

test('the relay’s README names every route, and no other', async () => {
  const { relay } = await startRelay({
    options: { debug: true, validation: 'hold', adminToken: 't'.repeat(20) },
  })
  const open = routesOf(relay.router).filter((route) => !isHashed(route))
  expect(open.length).toBeGreaterThan(9)
  expect(documented('public').sort()).toEqual(open.sort())
  expect(documented('admin').sort()).toEqual(routesOf(relay.admin).sort())
})
