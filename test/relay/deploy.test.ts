import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FOREIGN_NAMES, SETTINGS } from '../../packages/relay/src/cli/settings.ts'
import { systemClock } from '../../packages/relay/src/clock.ts'
import { BURY_CODES } from '../../packages/relay/src/forward/verdict.ts'
import { openLmdbOutbox } from '../../packages/relay/src/outbox/lmdb/lmdb.ts'
import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { HISTOGRAMS, METRICS } from '../../packages/relay/src/telemetry/metrics.ts'
import { buryEvent } from '../support/dead-letter.ts'
import { ROOT } from '../support/sources.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { intakeOf } from './outbox/intakes.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const guide = read('docs/operations.md')
const files = readdirSync(join(ROOT, 'deploy'))
const namesIn = (text: string, pattern: RegExp) => [...new Set(text.match(pattern))]

test('deploy/ and the guide name settings that exist', () => {
  const known = [...SETTINGS.map(({ env }) => env), ...FOREIGN_NAMES]
  for (const file of files)
    for (const name of namesIn(read(`deploy/${file}`), /\b(?:WMKT|WEBMARKETER)_[A-Z_]+\b/g))
      expect([file, known.includes(name), name]).toEqual([file, true, name])
  for (const name of namesIn(guide, /\b(?:WMKT|WEBMARKETER)_[A-Z_]+\b/g))
    expect([known.includes(name), name]).toEqual([true, name])
})

test('alarms ask for metrics that exist, with labels they have', () => {
  const rules = read('deploy/alarms.yml')
  const known = new Map<string, readonly string[]>(METRICS.map(({ name, labels = [] }) => [name, labels]))
  for (const name of Object.keys(HISTOGRAMS)) known.set(`${name}_bucket`, [])
  for (const [, name = '', label] of rules.matchAll(/\b(wmkt_\w+)(?:\{(\w+))?/g)) {
    expect([name, known.has(name)]).toEqual([name, true])
    if (label !== undefined) expect(known.get(name)).toContain(label)
  }
})

test('alarms ask how fast counters grow, and how far gauges went: the other way round tells lies', () => {
  const types = new Map<string, string>(METRICS.map(({ name, type }) => [name, type]))
  for (const name of Object.keys(HISTOGRAMS)) types.set(`${name}_bucket`, 'counter')
  const asked = [...`${read('deploy/alarms.yml')}${guide}`.matchAll(/\b(rate|increase|delta)\((wmkt_\w+)/g)]
  expect(asked.length).toBeGreaterThan(4)
  for (const [, how, name = ''] of asked)
    expect([name, types.get(name)]).toEqual([name, how === 'delta' ? 'gauge' : 'counter'])
})

test('the guide leads to every file of deploy/, and every one it leads to is there', () => {
  const linked = [...guide.matchAll(/\]\(\.\.\/deploy\/([^)]+)\)/g)].map((match) => match[1] ?? '')
  expect([...new Set(linked)].sort()).toEqual(files.filter((file) => !file.endsWith('.dockerignore')).sort())
})

test('the guide explains every reason for parking and burying, and no other', () => {
  const source = read('packages/relay/src/forward/verdict.ts')
  const typed = (name: string) =>
    (new RegExp(`export type ${name} =([^\\n]*(?:\\n  \\|[^\\n]*)*)`).exec(source)?.[1] ?? '').match(
      /'[A-Z_]+'/g,
    ) ?? []
  const codes = [...typed('ParkCode').map((code) => code.slice(1, -1)), ...BURY_CODES]
  const explained = [...guide.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1])
  expect(codes.length).toBeGreaterThan(9)
  expect(explained.sort()).toEqual(codes.sort())
})

test('a backup taken while the relay runs opens as an outbox with all that was in it', async () => {
  const [folder, copy] = [tempFolder('backup'), tempFolder('backup-copy')]
  const options = {
    maxBacklog: 100,
    keepDeliveredMs: 0,
    keepDeadLettersMs: 1e9,
    clock: systemClock,
    log: silentLog,
  }
  const outbox = await openLmdbOutbox({ ...options, dir: folder, onFatal: () => {} })
  await outbox.put(intakeOf(['a', 'b', 'c'], Date.now()))
  await buryEvent(outbox, 'n1')
  execFileSync(process.execPath, [join(ROOT, 'deploy/backup.mjs'), folder, join(copy, 'outbox.mdb')])
  expect(statSync(join(copy, 'outbox.mdb')).mode & 0o077).toBe(0)
  await outbox.put(intakeOf(['later'], Date.now()))
  await outbox.close()
  const restored = await openLmdbOutbox({ ...options, dir: copy, onFatal: () => {} })
  expect(restored.ledger()).toMatchObject({ received: 4, held: 3, buried: 1 })
  expect(await restored.put(intakeOf(['a', 'later'], Date.now()))).toEqual(['duplicate', 'accepted'])
  await restored.close()
})

test('the image runs the relay with the options of node that the unit, and the bench, runs it with', () => {
  const ofUnit = /^ExecStart=\/usr\/bin\/node (\S.*) \S+wmkt-relay\.js start$/m.exec(
    read('deploy/wmkt-relay.service'),
  )
  const ofImage = /^ENTRYPOINT (\["node".*\])$/m.exec(read('deploy/Dockerfile'))
  const [, ...command]: string[] = JSON.parse(String(ofImage?.[1]))
  expect(command.slice(0, -1)).not.toEqual([])
  expect(command.slice(0, -1)).toEqual(ofUnit?.[1]?.split(' '))
})
