import { describe, expect, test } from 'vitest'
import { resolveImport, type Source, sourcesIn } from '../support/sources.ts'

const PACKAGES = ['protocol', 'api', 'tag', 'relay', 'sandbox'] as const

/** One arrow between packages; whatever is not listed is forbidden. */
const ARROWS: Record<(typeof PACKAGES)[number], RegExp> = {
  protocol: /^$/,
  api: /^$/,
  tag: /^@wmkt\/protocol(\/|$)/,
  relay: /^@wmkt\/(protocol(\/(parse|schema))?|api(\/client)?)$/,
  sandbox: /^@wmkt\/api(\/paths)?$/,
}

/** Each outside power, what its use looks like, and the files that may use it. */
const POWERS: { power: string; use: RegExp; owners: RegExp }[] = [
  { power: 'the cookie', use: /document\.cookie/, owners: /^packages\/tag\/src\/cookie\.ts$/ },
  {
    power: 'the process and its environment',
    use: /\bprocess\.(env|exit|on|argv|stdout|stderr|kill)/,
    owners: /\/(cli|telemetry)\//,
  },
  {
    power: 'undici',
    use: /from 'undici'/,
    owners: /^packages\/(relay\/src\/forward\/connection|api\/src\/client\/)/,
  },
  { power: 'lmdb', use: /from 'lmdb'/, owners: /^packages\/relay\/src\/outbox\/lmdb\// },
  { power: 'NATS', use: /from '@nats-io\//, owners: /^packages\/relay\/src\/outbox\/nats\// },
  { power: 'the console', use: /\bconsole\./, owners: /^packages\/tag\/src\/print\.ts$/ },
  {
    power: 'chance',
    use: /Math\.random\(\)/,
    owners: /^packages\/(protocol\/src\/nonce|tag\/src\/tag)\.ts$/,
  },
]

/** The outboxes: what both need stands beside them. */
const OUTBOXES = ['lmdb', 'nats'].map((name) => `packages/relay/src/outbox/${name}/`)

const sources: Record<string, Source[]> = Object.fromEntries(
  PACKAGES.map((name) => [name, sourcesIn(`packages/${name}/src`)]),
)
const all = Object.values(sources).flat()

const runtimeGraph = (): Map<string, string[]> =>
  new Map(
    all.map((source) => [
      source.path,
      source.imports
        .filter((i) => !i.typeOnly && i.from.startsWith('.'))
        .map((i) => resolveImport(source.path, i.from)),
    ]),
  )

const cycleFrom = (graph: Map<string, string[]>, start: string): string[] | undefined => {
  const done = new Set<string>()
  const visit = (path: string, trail: string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path]
    if (done.has(path)) return undefined
    done.add(path)
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next, [...trail, path])
      if (cycle) return cycle
    }
    return undefined
  }
  return visit(start, [])
}

describe('between packages', () => {
  test.each(PACKAGES)('%s imports only where its arrow points', (name) => {
    const offences = (sources[name] ?? []).flatMap((source) =>
      source.imports
        .filter((i) => i.from.startsWith('@wmkt/') && !ARROWS[name].test(i.from))
        .map((i) => `${source.path} → ${i.from}`),
    )
    expect(offences).toEqual([])
  })

  test('no file reaches into another package by a relative path', () => {
    const offences = all.flatMap((source) => {
      const home = source.path.split('/').slice(0, 3).join('/')
      return source.imports
        .filter((i) => i.from.startsWith('.') && !resolveImport(source.path, i.from).startsWith(`${home}/`))
        .map((i) => `${source.path} → ${i.from}`)
    })
    expect(offences).toEqual([])
  })

  test('protocol reaches no outside power: it imports nothing of node', () => {
    const offences = (sources.protocol ?? []).flatMap((s) =>
      s.imports.filter((i) => i.from.startsWith('node:')),
    )
    expect(offences).toEqual([])
  })
})

describe('inside packages', () => {
  test('no runtime import runs in a circle', () => {
    const graph = runtimeGraph()
    const cycles = all.map((source) => cycleFrom(graph, source.path)).filter((cycle) => cycle !== undefined)
    expect(cycles).toEqual([])
  })

  test('no outbox reaches into another', () => {
    const offences = OUTBOXES.flatMap((home) =>
      all
        .filter(({ path }) => path.startsWith(home))
        .flatMap(({ path, imports }) => imports.map((i) => [path, resolveImport(path, i.from)] as const))
        .filter(([, to]) => OUTBOXES.some((other) => other !== home && to.startsWith(other))),
    )
    expect(offences).toEqual([])
  })

  test.each(POWERS)('$power is used by its owner alone', ({ use, owners }) => {
    const offences = all
      .filter((source) => use.test(source.text) && !owners.test(source.path))
      .map((source) => source.path)
    expect(offences).toEqual([])
  })

  test('no object of the relay has a getter: V8 keeps such an object as a dictionary, each of whose members is looked up (0022)', () => {
    const offences = (sources.relay ?? [])
      .filter(({ text }) => /\bget \w+\(\)\s*[:{]/.test(text))
      .map((source) => source.path)
    expect(offences).toEqual([])
  })

  test('no file grows into a hub: 250 lines at most, but for the tag, which is one closure by decision 0007', () => {
    const mostOf = (path: string): number => (path === 'packages/tag/src/tag.ts' ? 360 : 250)
    const hubs = all
      .filter(({ path, text }) => text.split('\n').length > mostOf(path) + 1)
      .map((source) => source.path)
    expect(hubs).toEqual([])
  })
})
