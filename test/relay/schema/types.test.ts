import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { SchemaField } from '../../../packages/protocol/src/schema/schema.ts'
import { schemaOf } from '../../../packages/relay/src/schema/parse-schema.ts'
import { typesText, withoutComments } from '../../../packages/relay/src/schema/type-text.ts'
import { useBox } from '../../support/sandbox.ts'
import { eventType, field } from '../../support/schema-facts.ts'
import { ROOT } from '../../support/sources.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { runCli } from '../../support/terminal.ts'

/** What the compiler says of these files of a site that has the tag installed, under every check that `strict` stands for and more. */
const compile = (files: Record<string, string>): Promise<string> => {
  const folder = tempFolder('types')
  mkdirSync(join(folder, 'node_modules/@wmkt'), { recursive: true })
  symlinkSync(join(ROOT, 'packages/tag'), join(folder, 'node_modules/@wmkt/tag'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const options = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    ...['--lib', 'ES2022,DOM', '--module', 'esnext', '--moduleResolution', 'bundler'],
    '--types',
    '',
  ]
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const names = Object.keys(files)
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, ...options, ...names], { cwd: folder }, (_error, out) => resolve(out))
  })
}

const box = useBox()
const env = () => ({
  WMKT_PROJECT_ID: box.sandbox.projectId,
  WMKT_API_URL: box.sandbox.api,
  WMKT_OAUTH_URL: box.sandbox.oauth,
  WEBMARKETER_APPLICATION_CREDENTIALS: box.sandbox.credentials,
})

const RIGHT: Record<SchemaField['form'], [good: string, bad: string]> = {
  string: ["'text'", '12'],
  email: ["'ada@example.org'", 'true'],
  phone: ["'+33612345678'", '33612345678'],
  date: ['new Date().toISOString()', 'new Date()'],
  number: ['12.5', "'12,50'"],
  boolean: ['true', "'yes'"],
  currency: ["{ amount: 12.5, currency: 'EUR' }", '12.5'],
  location: ["{ zipcode: '75001', country: 'FR' }", "'75001 Paris'"],
  state: ['1', '2'],
  unknown: ['null', ''],
}

/** The ways to record an event: up to its event type. */
const BY_SCRIPT = ["wmkt('event', ", "window.wmkt('event', "]
const BY_IMPORT = ['tag.event(', 'recorder.event(']
const IMPORTED = `import { captureViews, createRecorder, createTag } from '@wmkt/tag'
const tag = createTag({ endpoint: '/collect' })
const recorder = createRecorder({ endpoint: '/collect' })
`

/** Calls that must compile, and for each field one that must not. */
const callsFor = (begin: string, reference: string, fields: readonly SchemaField[]): string => {
  const call = (members: string[]) => `${begin}'${reference}', { ${members.join(', ')} })`
  const member = ({ key, form }: SchemaField, which: 0 | 1) => `'${key}': ${RIGHT[form][which]}`
  const others = (one: SchemaField) =>
    fields.filter((field) => field !== one).map((field) => member(field, 0))
  const mandatory = fields.filter((field) => field.mandatory)
  return [
    call(fields.map((field) => member(field, 0))),
    call(mandatory.map((field) => member(field, 0))),
    `${mandatory.length > 0 ? '// @ts-expect-error\n' : ''}${begin}'${reference}')`,
    ...mandatory.map((field) => `// @ts-expect-error\n${call(others(field))}`),
    ...fields.map((field) => `// @ts-expect-error\n${call([...others(field), member(field, 1)])}`),
    `// @ts-expect-error\n${call([...fields.map((field) => member(field, 0)), 'emial: 1'])}`,
  ].join('\n')
}

describe('wmkt-relay types', () => {
  let text: string
  beforeAll(async () => {
    const ran = await runCli(['types'], { env: env() })
    expect(ran).toMatchObject({ code: 0, err: '' })
    text = ran.out
  })

  test('makes declarations that check each call for each event type of the demo project', async () => {
    const { body } = await box.get('~/event-types?limit=50')
    const { types } = schemaOf({ eventTypes: body.data, project: undefined })
    expect(types.size).toBeGreaterThanOrEqual(5)
    const calls = (ways: string[]) =>
      ways.flatMap((begin) => [
        ...[...types.values()].map(({ reference, fields }) => callsFor(begin, reference, fields)),
        `// @ts-expect-error\n${begin}'no-such-type', {})`,
        `${begin}'cta', { place: 'hero' }, { nonce: 'order-7' })`,
        `// @ts-expect-error\n${begin}'cta', { place: 'hero' }, { nonce: 7 })`,
      ])
    const others = [
      "// @ts-expect-error\nwmkt('evnt', 'purchase', {})",
      "wmkt('consent', 'granted')",
      "window.wmkt('flush')",
      'export {}',
    ]
    const views =
      "captureViews(tag, 'page-view')\n// @ts-expect-error\ncaptureViews(recorder, 'no-such-type')"
    const page = [...calls(BY_SCRIPT), ...others].join('\n')
    const module = [IMPORTED, ...calls(BY_IMPORT), views].join('\n')
    expect(await compile({ 'wmkt.d.ts': text, 'page.ts': page, 'module.ts': module })).toBe('')
  })

  test('is not needed: without it every event type is a text, and data are any object', async () => {
    const calls = BY_IMPORT.flatMap((begin) => [
      `${begin}'whatever')`,
      `${begin}String(Date.now()), { a: [1, { b: null }] }, { occurredAt: '2026-01-01T00:00:00Z' })`,
      `// @ts-expect-error\n${begin}7)`,
      `// @ts-expect-error\n${begin}'whatever', 'text')`,
    ])
    const views = 'captureViews(tag, String(Date.now()))'
    expect(await compile({ 'module.ts': [IMPORTED, ...calls, views].join('\n') })).toBe('')
  })

  test('tells with --check whether a file still fits, and names what changed', async () => {
    const file = join(tempFolder('types'), 'wmkt.d.ts')
    writeFileSync(file, text)
    expect(await runCli(['types', '--check', file], { env: env() })).toMatchObject({ code: 0, err: '' })
    await box.post('~/event-types', {
      ...{ reference: 'quote', name: 'Quote' },
      fields: [{ ...field('budget', 'number'), label: 'Budget', discriminant: false }],
    })
    await box.patch('~/event-types/cta', {
      fields: [{ ...field('spot', 'string'), label: 'Spot', discriminant: false }],
    })
    await box.call('DELETE', '~/event-types/newsletter')
    const ran = await runCli(['types', '--check', file], { env: env() })
    expect(ran).toMatchObject({ code: 1, out: '' })
    expect(ran.err).toContain('is out of date (cta, quote, newsletter)')
    const json = await runCli(['types', '--check', file, '--json'], { env: env() })
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, changed: ['cta', 'quote', 'newsletter'] })
  })

  test('says in one line what cannot be read', async () => {
    const missing = await runCli(['types', '--check', '/no/such/wmkt.d.ts'], { env: env() })
    expect(missing).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^wmkt-relay: .*cannot be read.*\n$/),
    })
    const stranger = await runCli(['types'], { env: { ...env(), WMKT_PROJECT_ID: 'no-such-project' } })
    expect(stranger).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no-such-project') })
  })
})

test('names and labels that people wrote break neither the declarations nor their comments', async () => {
  const label = 'a */ declare const x: 1 /*\n// \u2028 b'
  const odd = eventType('it\'s "odd"\\ */', [field('key\'s \\ "1" */', 'number', { label })], { name: label })
  const text = typesText({ eventTypes: [odd], project: undefined }, 'demo-shop')
  const call = `wmkt('event', ${JSON.stringify(odd.reference)}, { ${JSON.stringify(odd.fields[0]?.ingestionKey)}: 1 })`
  expect(await compile({ 'wmkt.d.ts': text, 'page.ts': `${call}\nexport {}` })).toBe('')
  expect(text).not.toContain('\u2028')
})

test('a reworded label is no other type, a field made mandatory is', () => {
  const of = (more: object) =>
    typesText({ eventTypes: [eventType('lead', [field('a', 'string', more)])], project: undefined }, 'p-1')
  expect(withoutComments(of({ label: 'One' }))).toBe(withoutComments(of({ label: 'Other' })))
  expect(withoutComments(of({ optional: false }))).not.toBe(withoutComments(of({})))
})
