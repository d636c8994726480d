import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../packages/relay/src/clock.ts'
import { createRelay } from '../../../packages/relay/src/relay.ts'
import { startStandalone } from '../../../packages/relay/src/standalone.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { eventually } from '../../support/eventually.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { type Ran, runCli, type TerminalOptions } from '../../support/terminal.ts'
import { createStaticTokens, respond, type StubAnswer, startUpstream } from '../../support/upstream-stub.ts'

const MONA = 'Mona.Lisa@shop.test'
const event = (nonce: string, eventType: string, email: string) => ({
  ...{ kind: 'event', nonce, eventType, data: { email } },
})

/** A relay on disk; `answer` tells what the upstream says to a nonce. */
const start = async (answer: (nonce: string) => StubAnswer | Promise<StubAnswer>) => {
  const arrived: string[] = []
  const upstream = await startUpstream((nonce) => {
    arrived.push(nonce)
    return answer(nonce)
  })
  const dataDir = tempFolder('erase')
  const options = { projectId: 'demo-shop', accessToken: 'a.b.c', apiUrl: upstream, dataDir }
  const relay = createRelay(
    { ...options, validation: 'off', settlement: false },
    { clock: systemClock, log: silentLog, tokens: createStaticTokens(), stopMs: 50 },
  )
  const loopback = { host: '127.0.0.1', port: 0, basePath: '/', adminHost: '127.0.0.1', adminPort: 0 }
  const running = await startStandalone(relay, loopback)
  onTestFinished(() => running.stop())
  const env = {
    ...{ WMKT_PROJECT_ID: 'demo-shop', WMKT_ACCESS_TOKEN: 'a.b.c', WMKT_DATA_DIR: dataDir },
    WMKT_ADMIN_PORT: new URL(running.admin.url).port,
  }
  const erase = (args: string[], more: TerminalOptions = {}) => runCli(['erase', ...args], { env, ...more })
  const collect = (...items: object[]) =>
    fetch(`${running.public.url}/collect`, {
      method: 'POST',
      headers: { cookie: 'ndrstnd=t-mona' },
      body: JSON.stringify({ items }),
    })
  const status = async () => (await fetch(`${running.admin.url}/api/status`)).json()
  const ledgerIs = (ledger: object) =>
    eventually(async () => expect((await status()).ledger).toMatchObject(ledger))
  return { running, arrived, erase, collect, ledgerIs }
}

/** Again until nothing was under way: a parked lane is tried now and then. Held, dead letters, kept, in all. */
const eraseFully = async (erase: (args: string[]) => Promise<Ran>, ...who: string[]) => {
  const total = [0, 0, 0]
  await eventually(
    async () => {
      const { code, out } = await erase([...who, '--yes', '--json'])
      const { held, deadLetters, kept } = JSON.parse(out)
      for (const [at, count] of [held, deadLetters, kept].entries()) total[at] = (total[at] ?? 0) + count
      expect(code).toBe(0)
    },
    { timeout: 20_000 },
  )
  return total
}

/** Held, dead, delivered, and somebody else beside each. */
const answerOf = (nonce: string): StubAnswer => {
  if (nonce.startsWith('held')) return respond(404, { message: 'no such event type' })
  return nonce.startsWith('dead') ? respond(422, { message: `no ${nonce}` }) : respond(201, `"${nonce}"`)
}
const everything = ['held', 'dead', 'done'].flatMap((fate) => [
  event(`${fate}-mona`, fate, MONA),
  event(`${fate}-leo`, fate, 'leo@shop.test'),
])

test('erase counts first, erases when it is meant, and leaves nothing of a person and all of the others', async () => {
  const { running, erase, collect, ledgerIs } = await start(answerOf)
  await collect(...everything)
  await ledgerIs({ held: 2, buried: 2, delivered: 2 })
  const counted = '1 held, 1 dead letters, 2 in records that are kept'
  expect(await erase(['--email', MONA.toLowerCase()])).toMatchObject({
    code: 1,
    out: `would erase: ${counted}\n`,
    err: expect.stringMatching(/nothing was erased: --yes/),
  })
  const dry = await erase(['--email', MONA, '--dry-run', '--yes'], { tty: true })
  expect([dry.code, dry.sketches[0]]).toEqual([0, expect.stringMatching(/^\rcounting █+░* \d+ % · 1 of 3/)])
  await ledgerIs({ held: 2, buried: 2, dropped: 0 })
  expect(await eraseFully(erase, '--email', MONA)).toEqual([1, 1, 2])
  await ledgerIs({ received: 6, held: 1, buried: 1, delivered: 2, dropped: 2 })
  const again = JSON.parse((await erase(['--email', MONA, '--yes', '--json'])).out)
  expect(again).toMatchObject({ done: 'erase', held: 0, deadLetters: 0, kept: 0, underWay: 0 })
  await running.stop()
  const closed = await erase(['--tracker', 't-mona', '--yes'])
  expect(closed).toMatchObject({
    code: 0,
    out: 'erase: 1 held, 1 dead letters, 2 in records that are kept\n',
  })
})

test('what is being delivered is named, and can be erased once it has come back', async () => {
  let answer = (_: StubAnswer) => {}
  const pending = new Promise<StubAnswer>((resolve) => {
    answer = resolve
  })
  const { arrived, erase, collect, ledgerIs } = await start(() => pending)
  await collect(event('n1', 'lead', MONA))
  await eventually(() => expect(arrived).toEqual(['n1']))
  expect(await erase(['--email', MONA, '--yes'])).toMatchObject({
    code: 1,
    out: 'erase: 0 held, 0 dead letters, 0 in records that are kept\n',
    err: expect.stringMatching(/^1 are being delivered.*may still arrive\n.*run it again/),
  })
  answer(respond(422, { message: 'no' }))
  await ledgerIs({ buried: 1 })
  expect((await erase(['--email', MONA, '--yes'])).out).toMatch(/^erase: 0 held, 1 dead letters/)
  await ledgerIs({ received: 1, held: 0, buried: 0, dropped: 1 })
})

test('what waits for its turn is erased though its lane is leased ahead, and the rest arrives', async () => {
  let isOpen = false
  const { arrived, erase, collect, ledgerIs } = await start((nonce) =>
    isOpen || nonce === 'first' ? respond(201, `"${nonce}"`) : respond(503, ''),
  )
  const people = Array.from({ length: 60 }, (_, number) =>
    event(`n${number}`, 'lead', number % 2 === 0 ? MONA : 'leo@shop.test'),
  )
  await collect(...people)
  await eventually(() => expect(arrived.length).toBeGreaterThan(0))
  await eventually(async () => expect((await erase(['--email', MONA, '--yes'])).code).toBe(0))
  await ledgerIs({ held: 30, dropped: 30 })
  isOpen = true
  arrived.length = 0
  await eventually(() => expect(new Set(arrived).size).toBe(30), { timeout: 20_000 })
  await ledgerIs({ held: 0, delivered: 30 })
  expect(arrived.filter((nonce) => Number(nonce.slice(1)) % 2 === 0)).toEqual([])
})

test.each([[[]], [['--email', 'nobody']], [['--tracker', 'a b']]])('%j is misuse', async (args) => {
  const { erase } = await start(answerOf)
  const { code, err } = await erase(args)
  expect([code, err]).toEqual([2, expect.stringMatching(/--tracker, --email: expected/)])
})

test('the admin route refuses what it does not know, and repeats nothing of it', async () => {
  const { running } = await start(answerOf)
  const post = async (body: string, headers = { 'wmkt-admin': '1' }) => {
    const answer = await fetch(`${running.admin.url}/api/erase`, { method: 'POST', body, headers })
    return [answer.status, (await answer.text()).includes('mona')]
  }
  expect(await post('{')).toEqual([400, false])
  expect(await post('{"email":"mona"}')).toEqual([400, false])
  expect(await post('{"trackerId":"mona","after":"mona"}')).toEqual([400, false])
  expect(await post(`{"trackerId":"${'mona'.repeat(2_000)}"}`)).toEqual([413, false])
  expect(await post('{"trackerId":"mona"}', {} as { 'wmkt-admin': string })).toEqual([403, false])
})
