import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../../packages/relay/src/clock.ts'
import type { RelayOptions } from '../../../packages/relay/src/options.ts'
import { createRelay } from '../../../packages/relay/src/relay.ts'
import { ensureKeyFile } from '../../../packages/relay/src/seal/key-file.ts'
import { POLL_MS } from '../../../packages/relay/src/settlement/settlement.ts'
import { startStandalone } from '../../../packages/relay/src/standalone.ts'
import { createLogger } from '../../../packages/relay/src/telemetry/logger.ts'
import { eventually } from '../../support/eventually.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { runCli } from '../../support/terminal.ts'
import { createStaticTokens } from '../../support/upstream-stub.ts'
import { useNatsServer } from '../outbox/nats/nats-ground.ts'
import { SECRET, startReceiver } from '../webhook/receiver.ts'
import { createSearch, filesBelow } from './haystack.ts'
import { type Person, peopleOf } from './people.ts'
import { startQuotingUpstream } from './quoting-upstream.ts'

const BATCH = 40

/** What becomes of people's items, one after the other. */
const FATES = ['lead', 'held', 'refused', 'trashed', 'lost', 'doubt', 'rejected', 'conflict'] as const
type Fate = (typeof FATES)[number]
const fateOf = (number: number): Fate => FATES[number % FATES.length] ?? 'lead'

const itemsOf = ({ email, phone }: Person, number: number): unknown[] => {
  const fate = fateOf(number)
  const nonce = `n${number}`
  const data = { name: 'somebody', email, phone, note: [`write to ${email}`], [email]: 'also a key' }
  const event = { kind: 'event', nonce, eventType: fate, data, trackerId: 'a-tracker' }
  switch (fate) {
    case 'held':
      return [{ ...event, eventType: 'lead', data: { ...data, name: null } }]
    case 'doubt':
      return [{ kind: 'interaction', nonce, userData: data, nodeData: { cid: email } }]
    case 'rejected':
      return [{ ...event, nonce: email }, { ...event, data: { deep: [[[[[[[[[email]]]]]]]]] } }, email]
    case 'conflict':
      return [
        { ...event, eventType: 'lead' },
        { ...event, eventType: 'lead', data: { ...data, name: phone } },
      ]
    default:
      return [event]
  }
}
const countOf = (people: number, ...fates: Fate[]) =>
  Array.from({ length: people }, (_, number) => fateOf(number)).filter((fate) => fates.includes(fate)).length

/** The machine's clock, on which a minute is over in a moment. */
const hurried = {
  ...systemClock,
  after: (ms: number, callback: () => void) => systemClock.after(ms >= POLL_MS ? 300 : ms, callback),
}

const start = async (more: Partial<RelayOptions> = {}) => {
  const upstream = await startQuotingUpstream()
  const dataDir = tempFolder('privacy')
  const env = {
    WMKT_PROJECT_ID: 'demo-shop',
    WMKT_ACCESS_TOKEN: 'a.b.c',
    WMKT_DATA_DIR: dataDir,
  }
  let logged = ''
  const write = (line: string) => {
    logged += line
  }
  const log = createLogger('trace', { write })
  const relay = createRelay(
    {
      projectId: 'demo-shop',
      accessToken: 'a.b.c',
      apiUrl: upstream.url,
      dataDir,
      interactions: 'origins',
      rateLimit: 0,
      ...more,
    },
    { clock: hurried, log, tokens: createStaticTokens(), stopMs: 50 },
  )
  const loopback = { host: '127.0.0.1', port: 0, basePath: '/', adminHost: '127.0.0.1', adminPort: 0 }
  const running = await startStandalone(relay, loopback)
  onTestFinished(() => running.stop())
  const { public: door, admin } = running
  const collect = async (items: unknown[]) => {
    const answer = await fetch(`${door.url}/collect`, { method: 'POST', body: JSON.stringify({ items }) })
    expect(answer.status).toBe(202)
  }
  const get = async (path: string) => (await fetch(admin.url + path)).text()
  const cli = (...args: string[]) => {
    const port = { WMKT_ADMIN_PORT: new URL(admin.url).port }
    return runCli(args, { env: { ...env, ...port } })
  }
  return { upstream, dataDir, running, collect, get, cli, admin, logged: () => logged }
}
type Running = Awaited<ReturnType<typeof start>>

const collectEverybody = async ({ collect }: Running, people: readonly Person[]) => {
  const items = people.flatMap(itemsOf)
  for (let at = 0; at < items.length; at += BATCH) await collect(items.slice(at, at + BATCH))
  for (const { email, phone } of people.slice(0, 20)) {
    await collect([{ kind: 'event', nonce: 'n0', eventType: 'lead', data: { name: email } }])
    await collect([phone])
  }
}

/** All that is under way has come to where it stays. */
const settled = async ({ get, upstream }: Running, people: number) => {
  const buried = countOf(people, 'held', 'refused', 'doubt')
  await eventually(
    async () => {
      const { ledger, settlement } = JSON.parse(await get('/api/status'))
      expect(ledger).toMatchObject({ buried, held: countOf(people, 'lost') })
      expect(upstream.trashed).toHaveLength(countOf(people, 'trashed'))
      expect(settlement.trashed).toBe(countOf(people, 'trashed'))
    },
    { timeout: 60_000, interval: 200 },
  )
}

/** The first frames of the dashboard's live stream. */
const liveOf = async ({ admin }: Running): Promise<string> => {
  const abort = new AbortController()
  const stream = await fetch(`${admin.url}/api/live`, { signal: abort.signal })
  const reader = stream.body?.getReader()
  const first = await reader?.read()
  abort.abort()
  return Buffer.from(first?.value ?? []).toString()
}

/** What anybody gets to see who does not ask for personal data. */
const shown = async (relay: Running): Promise<[string, string][]> => {
  const { get, cli, logged } = relay
  const letters: [string, string][] = []
  for (let number = 0; number < 40; number += 1)
    letters.push([
      `letter ${number}`,
      (await get(`/api/dead-letters/n${number}`)) + (await get(`/api/items/n${number}`)),
    ])
  const said: [string, string][] = []
  for (const args of [
    ['status'],
    ['status', '--json'],
    ['dead-letters', 'list'],
    ['dead-letters', 'list', '--json'],
    ['dead-letters', 'show', 'n2'],
    ['dead-letters', 'show', 'n5'],
    ['trash', 'ls'],
    ['trash', 'show', 'n3'],
  ]) {
    const { code, out, err } = await cli(...args)
    expect([args, code]).toEqual([args, 0])
    said.push([args.join(' '), out + err])
  }
  return [
    ...letters,
    ...said,
    ['dead letters', await get('/api/dead-letters?limit=1000')],
    ['dashboard', await get('/')],
    ['live', await liveOf(relay)],
    ['metrics', await get('/metrics')],
    ['status', await get('/api/status')],
    ['log', logged()],
  ]
}

const expectNobodyIn = (search: (bytes: Buffer) => string[], places: [string, string | Buffer][]) => {
  for (const [place, content] of places) {
    expect([place, content.length > 0]).toEqual([place, true])
    expect([place, search(Buffer.from(content)).slice(0, 5)]).toEqual([place, []])
  }
}

/** Sends everybody's items, and looks wherever they may have left a trace. The relay is stopped then. */
const expectNoTrace = async (
  relay: Running,
  people: readonly Person[],
  keptIn: string,
  whenSettled = async () => {},
) => {
  const search = createSearch(people)
  await collectEverybody(relay, people)
  await settled(relay, people.length)
  await whenSettled()
  expectNobodyIn(search, await shown(relay))
  const revealed = await relay.cli('dead-letters', 'show', 'n2', '--reveal')
  expect(search(Buffer.from(revealed.out))).not.toEqual([])
  await relay.running.stop()
  const kept = filesBelow(keptIn)
  expect(kept.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeGreaterThan(300 * people.length)
  const places = [...kept, ...filesBelow(relay.dataDir)]
  expectNobodyIn(
    search,
    places.filter(({ bytes }) => bytes.length > 0).map(({ path, bytes }) => [path, bytes]),
  )
  expectNobodyIn(search, [['log', relay.logged()]])
}

vi.setConfig({ testTimeout: 90_000 })

test('of a thousand people nothing is found in the outbox, the logs, the metrics or the pages', async () => {
  const receiver = await startReceiver()
  receiver.answer = () => ({ status: receiver.messages.length === 1 ? 503 : 200 })
  const relay = await start({ webhookUrl: receiver.url, webhookSecret: SECRET })
  const people = peopleOf(1_000, 20_260_101)
  await expectNoTrace(relay, people, join(relay.dataDir, 'outbox'), () =>
    eventually(() => expect(receiver.taken.length).toBeGreaterThan(200), { timeout: 60_000 }),
  )
  const told = receiver.messages.map(({ body }, number): [string, string] => [`message ${number}`, body])
  expectNobodyIn(createSearch(people), told)
})

describe('on NATS', () => {
  const server = useNatsServer()
  test('nothing is found in the files of the server either', async () => {
    const keyFile = join(tempFolder('keys'), 'keys.json')
    ensureKeyFile(keyFile, 0)
    const relay = await start({ outboxUrl: `nats://${server().host}?prefix=privacy`, keyFile })
    await expectNoTrace(relay, peopleOf(160, 7), server().folder)
  })
})
