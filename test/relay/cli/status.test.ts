import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { freePort } from '../../support/free-port.ts'
import { startRelay } from '../../support/relay.ts'
import { runCli } from '../../support/terminal.ts'
import { createStaticTokens, respond, startUpstream } from '../../support/upstream-stub.ts'

const environment = (adminUrl: string) => ({
  WMKT_PROJECT_ID: 'demo-shop',
  WMKT_ACCESS_TOKEN: 'a.b.c',
  WMKT_ADMIN_PORT: new URL(adminUrl).port,
})

/** A busy machine takes its time. */
const WITHIN = { timeout: 15_000 }

test('status says how collecting and forwarding stand, what is held, and which lanes wait', async () => {
  const apiUrl = await startUpstream(() => respond(404, { message: 'no such event type' }))
  const { relay, adminUrl } = await startRelay({
    options: { apiUrl },
    seams: { tokens: createStaticTokens() },
  })
  await relay.event('lead\u001b[2J', {})
  await eventually(async () => {
    const { out, code } = await runCli(['status'], { env: { WMKT_ADMIN_PORT: new URL(adminUrl).port } })
    expect(code).toBe(0)
    expect(out).toMatch(/^project {5}demo-shop$/m)
    expect(out).toMatch(/^collect {5}ready$/m)
    expect(out).toMatch(/^forward {5}running$/m)
    expect(out).toMatch(/^held {8}1$/m)
    expect(out).toMatch(/^lane {8}event:lead \[2J parked: NOT_FOUND; tries again in \d+ s, holds 1$/m)
  }, WITHIN)
})

test('as JSON it is what the admin listener says', async () => {
  const { adminUrl } = await startRelay()
  const { out } = await runCli(['status', '--json'], { env: environment(adminUrl) })
  expect(JSON.parse(out)).toMatchObject({
    projectId: 'demo-shop',
    ready: true,
    backlog: { limit: 5_000_000 },
  })
})

test('where no relay runs, status fails with one line', async () => {
  const ran = await runCli(['status'], { env: environment(`http://127.0.0.1:${await freePort()}`) })
  expect(ran).toMatchObject({ code: 1, out: '', err: 'wmkt-relay: no relay answers on the admin listener\n' })
})

test('something else on that port is no misuse, and is named', async () => {
  const deaf = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  onTestFinished(() => void deaf.close())
  await once(deaf, 'listening')
  const address = deaf.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const ran = await runCli(['status'], { env: environment(`http://127.0.0.1:${port}`) })
  expect([ran.code, ran.err]).toEqual([
    1,
    expect.stringMatching(/^wmkt-relay: http:\/\/127\.0\.0\.1:\d+ does not answer: /),
  ])
})
