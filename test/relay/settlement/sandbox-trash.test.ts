import { join } from 'node:path'
import { createStaticToken } from '@wmkt/api/client'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../../packages/relay/src/clock.ts'
import type { RelayOptions } from '../../../packages/relay/src/options.ts'
import { POLL_MS } from '../../../packages/relay/src/settlement/settlement.ts'
import { createTrashLog } from '../../../packages/relay/src/settlement/trash-log.ts'
import { startRelay } from '../../support/relay.ts'
import { useBox } from '../../support/sandbox.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { runCli } from '../../support/terminal.ts'

const box = useBox()
/** Relay and sandbox share this one thread, and the machine with others: a moment may be long. */
vi.setConfig({ testTimeout: 90_000 })
const PATIENT = { timeout: 60_000 }

/** The machine's clock, on which a minute is over in a moment. */
const hurried = {
  ...systemClock,
  after: (ms: number, callback: () => void) => systemClock.after(ms >= POLL_MS ? 250 : ms, callback),
}

const start = async (options: Partial<RelayOptions>) => {
  const { api: apiUrl, projectId } = box.sandbox
  const dataDir = tempFolder('trash')
  const running = await startRelay({
    options: { apiUrl, projectId, dataDir, settlement: true, rateLimit: 0, ...options },
    seams: { tokens: createStaticToken(box.token), clock: hurried },
  })
  const collect = (...items: object[]) =>
    fetch(`${running.url}/collect`, { method: 'POST', body: JSON.stringify({ items }) })
  const settlement = async () => (await (await fetch(`${running.adminUrl}/api/status`)).json()).settlement
  return { ...running, collect, settlement, dataDir }
}

const view = (nonce: string, title: unknown = 'Shop') => ({
  ...{ kind: 'event', nonce, eventType: 'page-view' },
  data: { title },
})

test('with validation off, all that was trashed is found, with its reasons, and listed by the command line', async () => {
  const { collect, settlement, dataDir } = await start({ validation: 'off' })
  const items = Array.from({ length: 15 }, (_, n) =>
    n % 3 === 0 ? view(`bad-${n}`, ['Shop']) : view(`good-${n}`),
  )
  expect((await collect(...items)).status).toBe(202)
  await expect.poll(settlement, PATIENT).toMatchObject({ trashed: 5, unknown: 0 })
  expect(await settlement()).toMatchObject({ kept: 0, pending: 10 })
  const lines = await createTrashLog(join(dataDir, 'trash.jsonl')).read()
  expect(lines.map(({ nonce }) => nonce).sort()).toEqual(
    items.flatMap(({ nonce }) => (nonce.startsWith('bad') ? [nonce] : [])).sort(),
  )
  const env = { WMKT_PROJECT_ID: 'demo-shop', WMKT_ACCESS_TOKEN: 'a.b.c', WMKT_DATA_DIR: dataDir }
  const ran = await runCli(['trash', 'ls', '--type', 'page-view'], { env })
  expect(ran.out.trim().split('\n')).toHaveLength(5)
  expect(ran.out).toMatch(/^bad-\d+\tpage-view\ttrashed\t[\dT:.Z-]+\ttitle must be a string$/m)
  expect((await runCli(['trash', 'ls', '--unknown', '--json'], { env })).out).toBe('[]\n')
})

test('after the first trash of a type its next event goes as a canary, and is no longer trashed', async () => {
  const { collect, settlement, outbox } = await start({ validation: 'off', canary: 1_000 })
  await collect(view('proof'))
  await expect.poll(() => outbox.ledger(), PATIENT).toMatchObject({ delivered: 1 })
  await collect(view('bad', ['Shop']))
  await expect.poll(settlement, PATIENT).toMatchObject({ trashed: 1 })
  await collect(view('worse', ['Shop']))
  await expect.poll(() => outbox.ledger(), PATIENT).toMatchObject({ delivered: 2, buried: 1 })
  expect(outbox.deadLetter('worse')).toMatchObject({
    code: 'UPSTREAM_REJECTED',
    message: expect.stringContaining('title'),
  })
})

test('trashed events are put right by a mapping and sent again, once, with their date, visitor and lineage', async () => {
  const { collect, settlement, dataDir } = await start({ validation: 'off' })
  const lead = (nonce: string, data: object) => ({
    ...{ kind: 'event', eventType: 'contact-form', trackerId: 'ru1cc7QHeklGu2', nonce, data },
    occurredAt: new Date(Date.now() - 5_000).toISOString(),
  })
  const before = (await box.get('~/trashed-events')).body.total
  await collect(
    lead('fix-1', { mail: 'ada@example.org', turnover: { amount: '12,50', currency: 'EUR' } }),
    lead('fix-2', { mail: 'not an address' }),
  )
  await expect.poll(settlement, PATIENT).toMatchObject({ trashed: 2 })
  const env = {
    ...{ WMKT_PROJECT_ID: box.sandbox.projectId, WMKT_ACCESS_TOKEN: box.token },
    ...{ WMKT_API_URL: box.sandbox.api, WMKT_DATA_DIR: dataDir },
  }
  const fix = (...args: string[]) =>
    runCli(
      ['trash', 'fix', '--type', 'contact-form', '--rename', 'mail=email', '--coerce', 'number', ...args],
      { env },
    )

  const dry = await fix('--dry-run', '--json')
  expect(dry.code).toBe(1)
  // The upstream lists what it trashed in one moment in any order.
  const inOrder = (out: string) =>
    JSON.parse(out).sort((a: { nonce: string }, b: { nonce: string }) => (a.nonce < b.nonce ? -1 : 1))
  expect(inOrder(dry.out)).toMatchObject([
    ...[{ nonce: 'fix-1', outcome: 'fits' }],
    { nonce: 'fix-2', outcome: 'unfit: email FIELD_NOT_EMAIL' },
  ])
  const ran = await fix('--json')
  expect(ran).toMatchObject({ code: 1, err: 'wmkt-relay: 1 of 2 events could not be sent again\n' })
  const [sent] = inOrder(ran.out)
  const { body: event } = await box.get(`~/events/${sent.upstreamId}`)
  expect(event).toMatchObject({ eventType: 'contact-form', user: { email: 'ada@example.org' } })
  expect(Date.now() - Date.parse(event.eventDate)).toBeGreaterThan(4_000)
  expect((await box.get(`~/raw-events/${sent.upstreamId}`)).body).toMatchObject({
    ...{ nonce: sent.fixedAs, trackerId: 'ru1cc7QHeklGu2' },
  })
  const shown = await runCli(['trash', 'show', 'fix-1'], { env })
  expect(JSON.parse(shown.out)).toMatchObject({
    nonce: 'fix-1',
    state: 'trashed',
    fixed: { fixedAs: sent.fixedAs },
  })

  expect(JSON.parse((await fix('--json')).out)).toMatchObject([{ nonce: 'fix-2' }])
  expect((await box.get('~/trashed-events')).body.total).toBe(before + 2)
})

test.each([
  [['trash', 'fix'], /neither/],
  [['trash', 'fix', 'n1', '--rename', 'mail'], /old=new/],
  [['trash', 'fix', 'n1', '--coerce', 'email'], /one of number, phone, date/],
])('%j is refused with one line', async (args, line) => {
  const env = { WMKT_PROJECT_ID: 'demo-shop', WMKT_ACCESS_TOKEN: 'a.b.c', WMKT_DATA_DIR: tempFolder('none') }
  expect(await runCli(args, { env })).toMatchObject({ code: 2, err: expect.stringMatching(line) })
})

test('what is not known to be in the trash cannot be shown, fixed or sent again', async () => {
  const env = { WMKT_PROJECT_ID: 'demo-shop', WMKT_ACCESS_TOKEN: 'a.b.c', WMKT_DATA_DIR: tempFolder('none') }
  for (const verb of ['show', 'fix', 'redrive'])
    expect((await runCli(['trash', verb, 'n1'], { env })).code).toBe(1)
  expect((await runCli(['trash', 'ls'], { env })).code).toBe(0)
})
