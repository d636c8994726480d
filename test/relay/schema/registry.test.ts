import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { SchemaFacts } from '../../../packages/relay/src/schema/parse-schema.ts'
import {
  createRegistry,
  LEAST_GAP_MS,
  REFRESH_MS,
  STALE_MS,
} from '../../../packages/relay/src/schema/registry.ts'
import { createSchemaFile } from '../../../packages/relay/src/schema/schema-file.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { eventually } from '../../support/eventually.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { eventType, field } from '../../support/schema-facts.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const factsOf = (...references: string[]): SchemaFacts => ({
  eventTypes: references.map((reference) => eventType(reference, [field('note', 'string')])),
  project: { phoneParsingConfig: ['FR'] },
})

/** A registry before an upstream that has these event types, or fails while it has none. */
const start = async (
  given: { path?: string; references?: string[]; clock?: ReturnType<typeof createManualClock> } = {},
) => {
  const path = given.path ?? join(tempFolder('registry'), 'schema.json')
  const clock = given.clock ?? createManualClock()
  const upstream = { references: given.references ?? ['lead'], reads: 0 }
  const read = async () => {
    upstream.reads += 1
    if (upstream.references.length === 0) throw new Error('out of reach')
    return factsOf(...upstream.references)
  }
  const registry = createRegistry({
    read,
    file: createSchemaFile(path),
    clock,
    random: () => 0.5,
    log: silentLog,
  })
  onTestFinished(registry.stop)
  await registry.start()
  const known = () => [...(registry.schema()?.types.keys() ?? [])]
  return { registry, upstream, clock, path, known }
}

test('a schema is read at the start, and again each few minutes', async () => {
  const { upstream, clock, known } = await start()
  await expect.poll(known).toEqual(['lead'])
  upstream.references = ['lead', 'quote']
  await eventually(() => expect(clock.nextAt()).toBe(clock.now() + REFRESH_MS))
  clock.advance(REFRESH_MS)
  await expect.poll(known).toEqual(['lead', 'quote'])
  expect(upstream.reads).toBe(2)
})

test('who asks gets a fresh reading, but not more often than each few seconds', async () => {
  const { registry, upstream, clock, known } = await start()
  await expect.poll(known).toEqual(['lead'])
  expect(registry.ask()).toBeUndefined()
  clock.advance(LEAST_GAP_MS)
  upstream.references = ['lead', 'quote']
  const [one, other] = [registry.ask(), registry.ask()]
  await Promise.all([one, other])
  expect(known()).toEqual(['lead', 'quote'])
  expect(upstream.reads).toBe(2)
})

test('while the upstream cannot be read nobody waits for it, and it is asked again with growing pauses', async () => {
  const { registry, upstream, clock, known } = await start({ references: [] })
  await expect.poll(() => registry.status().problem).toBe('Error')
  clock.advance(1_000)
  expect(registry.ask()).toBeUndefined()
  await expect.poll(() => upstream.reads).toBe(2)
  upstream.references = ['lead']
  await eventually(() => expect(clock.nextAt()).toBeDefined())
  clock.advance(REFRESH_MS)
  await expect.poll(known).toEqual(['lead'])
  expect(registry.status().problem).toBeUndefined()
})

test('a schema that could not be read anew for an hour decides nothing any more', async () => {
  const { registry, upstream, clock, known } = await start()
  await expect.poll(known).toEqual(['lead'])
  upstream.references = []
  for (let waited = 0; waited <= STALE_MS; waited += REFRESH_MS) {
    expect(registry.status().state).toBe('fresh')
    clock.advance(REFRESH_MS)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(registry.schema()).toBeUndefined()
  expect(registry.status()).toMatchObject({ state: 'stale', types: 1, problem: 'Error' })
})

test('what was read outlives the process, and decides until it is stale', async () => {
  const first = await start()
  await expect
    .poll(async () => (await readFile(first.path, 'utf8').catch(() => '')).length)
    .toBeGreaterThan(0)
  const next = await start({ path: first.path, references: [] })
  expect(next.known()).toEqual(['lead'])
  expect(next.registry.schema()?.hash).toBe(first.registry.schema()?.hash)
  const late = createManualClock(first.clock.now() + STALE_MS + 1)
  expect((await start({ path: first.path, references: [], clock: late })).known()).toEqual([])
})

test.each([
  ['cut', (text: string) => text.slice(0, -20)],
  ['edited', (text: string) => text.replace('lead', 'leak')],
  ['of another form', (text: string) => text.replace('"form":1', '"form":9')],
])('a file that was %s is not believed', async (_, spoil) => {
  const { path } = await start()
  await expect.poll(async () => (await readFile(path, 'utf8').catch(() => '')).length).toBeGreaterThan(0)
  await writeFile(path, spoil(await readFile(path, 'utf8')))
  expect((await start({ path, references: [] })).known()).toEqual([])
})

test('another schema is told, the same is not, and nobody hears after the stop', async () => {
  const { registry, upstream, clock, known } = await start()
  const heard: string[] = []
  registry.onChange(({ hash }) => heard.push(hash))
  await expect.poll(known).toEqual(['lead'])
  const before = heard.length
  clock.advance(LEAST_GAP_MS)
  await registry.ask()
  expect(heard).toHaveLength(before)
  upstream.references = ['quote']
  clock.advance(LEAST_GAP_MS)
  await registry.ask()
  expect(heard).toHaveLength(before + 1)
  registry.stop()
  clock.advance(LEAST_GAP_MS)
  expect(registry.ask()).toBeUndefined()
})
