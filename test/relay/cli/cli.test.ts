import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { makeAsset } from '../../../packages/relay/src/serve/assets.ts'
import { startChild } from '../../support/child.ts'
import { freePort } from '../../support/free-port.ts'
import { ROOT } from '../../support/sources.ts'
import { runCli } from '../../support/terminal.ts'

const BIN = fileURLToPath(new URL('../../../packages/relay/bin/wmkt-relay.js', import.meta.url))

const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'wmkt-cli-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
const environment = async () => ({
  WMKT_PROJECT_ID: 'demo-shop',
  WMKT_ACCESS_TOKEN: 'a.b.c',
  WMKT_API_URL: 'http://127.0.0.1:9/api/v1',
  WMKT_DATA_DIR: folder(),
  HOST: '127.0.0.1',
  PORT: String(await freePort()),
  WMKT_ADMIN_PORT: String(await freePort()),
})
const run = (args: string[], env: Record<string, string> = {}) =>
  new Promise<{ code: number | string | undefined; output: string }>((resolve) => {
    const options = { env: { PATH: process.env.PATH ?? '', ...env }, cwd: tmpdir(), timeout: 20_000 }
    execFile(process.execPath, [BIN, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? 'killed') : 0, output: stdout + stderr }),
    )
  })

/** The same inside this process, a second of a processor sooner: for all but what the program's own end and output are. */
const ask = async (args: string[], env: Record<string, string> = {}) => {
  const { code, out, err } = await runCli(args, { env })
  return { code, output: out + err }
}

test('--help says what it does and exits 0', async () => {
  const { code, output } = await run(['--help'])
  expect([code, /Usage: wmkt-relay/.test(output)]).toEqual([0, true])
})

test.each([[['start']], [['check']], [['snippet']], [['dead-letters', 'list']]])(
  '%j --help says what it does',
  async (args) => {
    const { code, out } = await runCli([...args, '--help'])
    expect([code, /Usage: wmkt-relay/.test(out)]).toEqual([0, true])
  },
)

test('no credential exits 2 with one line', async () => {
  const { code, output } = await run(['start'], { WMKT_PROJECT_ID: 'demo-shop' })
  expect([code, output.trim().split('\n').length]).toEqual([2, 1])
  expect(output).toMatch(/exactly one of .* received neither/)
})

test.each<[string, string[], Record<string, string>, RegExp]>([
  ['an unknown name', ['start'], { WMKT_PORT: '1' }, /^wmkt-relay: WMKT_PORT: /],
  ['an unknown command', ['dance'], {}, /^error: unknown command 'dance': see wmkt-relay --help\n$/],
])('%s ends with 2 and one line', async (_, args, env, line) => {
  const { code, output } = await ask(args, env)
  expect([code, output.trim().split('\n').length]).toEqual([2, 1])
  expect(output).toMatch(line)
})

/** Every command that does something, as `--help` of those above it lists them. */
const leavesBelow = async (path: string[]): Promise<{ path: string[]; help: string }[]> => {
  const { code, out } = await runCli([...path, '--help'])
  expect([path, code, /^Usage: wmkt-relay/.test(out)]).toEqual([path, 0, true])
  const [, list = ''] = out.split(/^Commands:$/m)
  const names = [...list.matchAll(/^ {2}([a-z-]+)\b/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help')
  if (names.length === 0) return [{ path, help: out }]
  return (await Promise.all(names.map((name) => leavesBelow([...path, name])))).flat()
}

test('every command says what it does, and all but start answer as JSON when asked to', async () => {
  const leaves = await leavesBelow([])
  expect(leaves.length).toBeGreaterThan(24)
  const withoutJson = leaves
    .filter(({ help }) => !/^ {2}--json\b/m.test(help))
    .map(({ path }) => path.join(' '))
  expect(withoutJson).toEqual(['start'])
  // What is a command's own comes before what all share.
  const own = leaves.filter(({ help }) => /^Options:[\s\S]*--json[\s\S]*^Settings, /m.test(help))
  expect(own.length).toBe(leaves.length - 1)
  expect((await runCli(['--help'])).out).toContain('Exit codes: 0 done, 1 failed, 2 wrong usage or settings.')
})

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'packages/relay/package.json'), 'utf8'))
  expect(await runCli(['--version'])).toMatchObject({ code: 0, out: `${version}\n` })
})

test('doubled credentials end with 2', async () => {
  const env = { ...(await environment()), WEBMARKETER_APPLICATION_CREDENTIALS: '/none.json' }
  expect(await ask(['start'], env)).toMatchObject({
    code: 2,
    output: expect.stringMatching(/received both\n$/),
  })
})

test('check fails with 1 when the API is out of reach', async () => {
  expect((await ask(['check'], await environment())).code).toBe(1)
})

test('a started relay stores, tells its status, stops at SIGTERM, and holds what it stored', async () => {
  const env = await environment()
  const old = makeAsset('tag.js', Buffer.from('as it was before an upgrade'))
  mkdirSync(join(env.WMKT_DATA_DIR, 'tag'))
  writeFileSync(join(env.WMKT_DATA_DIR, 'tag', old.hashedName), old.plain())
  const relay = startChild([BIN], env)
  await relay.saw(/public http/)
  const script = await fetch(`http://127.0.0.1:${env.PORT}/${old.hashedName}`)
  expect(await script.text()).toBe('as it was before an upgrade')
  const body = '{"items":[{"kind":"event","nonce":"n1","eventType":"lead","data":{}}]}'
  const stored = await fetch(`http://127.0.0.1:${env.PORT}/collect`, { method: 'POST', body })
  expect([stored.status, stored.headers.get('wmkt-durability')]).toEqual([202, 'fsync'])
  const status = await run(['status', '--json'], env)
  expect(JSON.parse(status.output)).toMatchObject({ ready: true, ledger: { held: 1 } })
  expect(await ask(['dead-letters', 'list', '--json'], env)).toEqual({ code: 0, output: '[]\n' })
  expect(await relay.end()).toBe(0)
  expect(relay.output()).toMatch(/wmkt-relay: stopping …\nwmkt-relay: stopped\n$/)
  expect((await ask(['status'], env)).code).toBe(1)
  expect(await ask(['dead-letters', 'list', '--json'], env)).toEqual({ code: 0, output: '[]\n' })
  expect((await ask(['dead-letters', 'drop', 'none'], env)).code).toBe(1)
})
