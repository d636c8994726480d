import { chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureKeyFile, readKeyFile, withNewKey } from '../../../packages/relay/src/seal/key-file.ts'
import { withoutPersonal } from '../../../packages/relay/src/telemetry/personal.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makeKeys } from './seal-ground.ts'

test('a key file is made once, for its owner alone', () => {
  const path = join(tempFolder('keys'), 'deeper/keys.json')
  expect(ensureKeyFile(path, 0)).toBe(true)
  const before = readFileSync(path, 'utf8')
  expect(ensureKeyFile(path, 1)).toBe(false)
  expect(readFileSync(path, 'utf8')).toBe(before)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('what a start left that was cut off in the middle is in nobody’s way', () => {
  const folder = tempFolder('keys')
  const path = join(folder, 'keys.json')
  writeFileSync(`${path}.${process.pid}`, '{"form":1,"ma')
  expect(ensureKeyFile(path, 0)).toBe(true)
  expect(readKeyFile(path).keys).toHaveLength(1)
  expect(readdirSync(folder)).toEqual(['keys.json'])
})

test('a rotation keeps mask and former keys, and leaves the file to its owner alone', () => {
  const keys = makeKeys()
  const before = readKeyFile(keys.path)
  keys.rotate()
  const after = readKeyFile(keys.path)
  expect([after.mask, after.keys[0]]).toEqual([before.mask, before.keys[0]])
  expect(after.keys).toHaveLength(2)
  expect(statSync(keys.path).mode & 0o777).toBe(0o600)
})

const isRoot = process.getuid?.() === 0
if (!isRoot) console.log('skipped: only root can change a file that is somebody else’s and leave it to them')

test.skipIf(!isRoot)('a rotation by root leaves the file to the relay’s own user', () => {
  const keys = makeKeys()
  chownSync(keys.path, 65_534, 65_533)
  keys.rotate()
  const { uid, gid, mode } = statSync(keys.path)
  expect([uid, gid, mode & 0o777]).toEqual([65_534, 65_533, 0o600])
})

test('no id is taken for a telephone number, and blotted out where it is told', () => {
  const none = { form: 1 as const, mask: '', keys: [] }
  for (let n = 0; n < 1_000; n += 1) {
    const id = withNewKey(none, 0).keys[0]?.id ?? ''
    expect(withoutPersonal(`sealed with key ${id}`)).toBe(`sealed with key ${id}`)
  }
})

test('a broken file changes nothing for a relay that runs', () => {
  const keys = makeKeys()
  const ring = keys.openRing()
  const [id] = ring.ids()
  writeFileSync(keys.path, '{')
  keys.wait()
  expect(ring.current().id).toBe(id)
})

test.each([
  ['nothing', undefined],
  ['no JSON', '{"form":1'],
  ['another form', '{"form":2,"mask":"","keys":[]}'],
  ['no keys', JSON.stringify({ form: 1, mask: Buffer.alloc(32).toString('base64'), keys: [] })],
  [
    'a short key',
    JSON.stringify({
      form: 1,
      mask: Buffer.alloc(32).toString('base64'),
      keys: [{ id: '00000000', key: 'AA==' }],
    }),
  ],
])('%s is refused by name', (_what, text) => {
  const folder = tempFolder('keys')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'keys.json')
  if (text !== undefined) writeFileSync(path, text)
  expect(() => readKeyFile(path)).toThrow(/^keyFile: expected a key file, received .*keys\.json/)
})
