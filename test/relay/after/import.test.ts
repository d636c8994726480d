import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../packages/relay/src/clock.ts'
import { listen } from '../../../packages/relay/src/http/listen.ts'
import { settled } from '../../../packages/relay/src/outbox/settled.ts'
import { freePort } from '../../support/free-port.ts'
import { createMemoryOutbox } from '../../support/memory-outbox.ts'
import { startRelay } from '../../support/relay.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { runCli, type TerminalOptions } from '../../support/terminal.ts'

type Call = { path: string; body: unknown }

/** An API that takes what it is told to set; `answer` gives the status by the event's id and the number of the call. */
const start = async (answer: (id: string, calls: number) => number = () => 200) => {
  const calls: Call[] = []
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    const path = decodeURIComponent(
      new URL(req.url ?? '', 'http://api').pathname.replace(/^.*\/events\//, ''),
    )
    calls.push({ path, body: JSON.parse(body) })
    const status = answer(path.split('/')[0] ?? '', calls.length)
    res.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' })
    res.end(status === 200 ? '{}' : JSON.stringify({ message: 'no a@b.c' }))
  })
  const listener = await listen(server, '127.0.0.1', 0)
  onTestFinished(() => listener.close(0))
  const folder = tempFolder('after')
  const env = {
    WMKT_PROJECT_ID: 'demo-shop',
    WMKT_ACCESS_TOKEN: 'a.b.c',
    WMKT_API_URL: `${listener.url}/api/v1`,
    WMKT_ADMIN_PORT: String(await freePort()),
  }
  const cli = (args: string[], more: TerminalOptions = {}) => runCli(args, { env, ...more })
  const file = (text: string) => {
    const path = join(folder, 'changes.csv')
    writeFileSync(path, text)
    return path
  }
  return { calls, cli, file, env }
}

const uuid = (n: number) => `0193a1b2-c3d4-4ef0-8abc-def01234567${n}`

test('a state and a statistic are set by the upstream’s id of the event', async () => {
  const { calls, cli } = await start()
  expect(
    await cli(['state', 'set', uuid(1), 'qualified', '1', '--date', '2026-03-14T09:26:53Z']),
  ).toMatchObject({ code: 0, out: 'set: qualified\n' })
  expect((await cli(['statistic', 'set', uuid(1), 'turnover', '12.5', '--json'])).code).toBe(0)
  expect(calls).toEqual([
    { path: `${uuid(1)}/states/qualified`, body: { value: 1, date: '2026-03-14T09:26:53Z' } },
    { path: `${uuid(1)}/statistics/turnover`, body: { value: 12.5 } },
  ])
  expect((await cli(['state', 'set', uuid(1), 'qualified', '2'])).code).toBe(2)
})

test('a nonce is looked up in the relay that runs; what is not delivered yet has no event', async () => {
  const outbox = createMemoryOutbox({ clock: systemClock })
  const entry = { index: 0, kind: 'event', lane: 'event:lead', fingerprint: 0 } as const
  for (const nonce of ['order-1', 'order-2'])
    await outbox.put({ record: Buffer.from('{}'), entries: [{ ...entry, nonce }], receivedAt: 1 })
  const [first] = await outbox.lease('event:lead', 1)
  if (first) await settled(outbox, first.ref, { type: 'ack', upstreamId: uuid(7) })
  const { adminUrl } = await startRelay({ outbox })
  const { calls, cli, env } = await start()
  const more = { env: { ...env, WMKT_ADMIN_PORT: new URL(adminUrl).port } }
  expect((await cli(['state', 'set', 'order-1', 'qualified', '1'], more)).code).toBe(0)
  expect(calls.map(({ path }) => path)).toEqual([`${uuid(7)}/states/qualified`])
  expect(await cli(['state', 'set', 'order-2', 'qualified', '1'], more)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/not delivered yet/),
  })
})

test('a relay that runs and refuses the command line is said, before a nonce is taken for an id', async () => {
  const { adminUrl } = await startRelay({ options: { adminToken: 'admin-open-sesame-1' } })
  const { calls, cli, env } = await start()
  const more = { env: { ...env, WMKT_ADMIN_PORT: new URL(adminUrl).port } }
  expect(await cli(['state', 'set', 'order-1', 'qualified', '1'], more)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/the relay answered 401/),
  })
  expect(calls).toEqual([])
})

const CSV = `event;key;value;date
${uuid(1)};qualified;1;2026-03-14T09:26:53Z
${uuid(2)};qualified;yes;
${uuid(3)};qualified;0;
${uuid(4)};qualified;1;
`

test('an import looks first, sets row by row, and goes on where it was cut short', async () => {
  let isWell = false
  const { calls, cli, file } = await start((id) => {
    if (id === uuid(1)) return 200
    return isWell ? (id === uuid(4) ? 404 : 200) : 401
  })
  const path = file(CSV)
  const dry = await cli(['state', 'import', path, '--dry-run'])
  expect(dry).toMatchObject({ code: 1, out: 'would import: 3 to set, 0 set before, 1 wrong, of 4 rows\n' })
  expect(dry.err).toMatch(/^line 3: value: expected a number/)
  expect(calls).toEqual([])

  const cut = await cli(['state', 'import', path], { tty: true })
  expect(cut).toMatchObject({
    code: 1,
    out: 'import: 1 set, 0 set before, 0 refused, 1 failed, 1 wrong, of 4 rows\n',
  })
  expect(cut.sketches[0]).toMatch(/^\rsetting █+░+ 33 % · 1 of 3/)
  isWell = true
  calls.length = 0
  const rest = await cli(['state', 'import', path, '--json'])
  expect(JSON.parse(rest.out)).toEqual({ rows: 4, wrong: 1, before: 1, set: 1, refused: 1, failed: 0 })
  expect(calls.map(({ path: to }) => to.slice(0, 36))).toEqual([uuid(3), uuid(4)])
  const report = readFileSync(`${path}.report.jsonl`, 'utf8')
  expect(report).not.toMatch(/a@b\.c|qualified/)
  expect(
    report
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { line: 2, outcome: 'set' },
    { line: 4, outcome: 'failed' },
    { line: 4, outcome: 'set' },
    { line: 5, outcome: 'refused', message: expect.stringContaining('404') },
  ])
})

test('what was answered too busy is asked again', async () => {
  const { calls, cli, file } = await start((_id, count) => (count < 3 ? 429 : 200))
  const path = file(`event,key,value\n${uuid(1)},turnover,10\n`)
  expect(await cli(['statistic', 'import', path])).toMatchObject({
    code: 0,
    out: 'import: 1 set, 0 set before, 0 refused, 0 failed, 0 wrong, of 1 rows\n',
  })
  expect(calls).toHaveLength(3)
})

test.each([
  ['no file', undefined],
  ['no such column', 'event,key\na,b\n'],
])('%s is misuse', async (_what, text) => {
  const { cli, file } = await start()
  expect((await cli(['state', 'import', text === undefined ? '/none.csv' : file(text)])).code).toBe(2)
})
