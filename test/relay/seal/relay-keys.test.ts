import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../packages/relay/src/clock.ts'
import { openLmdbOutbox } from '../../../packages/relay/src/outbox/lmdb/lmdb.ts'
import { encodeRecord } from '../../../packages/relay/src/record.ts'
import { createRelay } from '../../../packages/relay/src/relay.ts'
import { startStandalone } from '../../../packages/relay/src/standalone.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { eventually } from '../../support/eventually.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { runCli } from '../../support/terminal.ts'
import { createStaticTokens, respond, startUpstream } from '../../support/upstream-stub.ts'

const PATIENT = { timeout: 20_000, interval: 100 }
const item = (nonce: string, eventType: string) => ({
  ...{ kind: 'event' as const, nonce, eventType, data: { email: 'a@b.c' } },
})

/** A relay on disk, before an upstream that takes nothing of the type `later` until it is told to. */
const start = async (dataDir = tempFolder('keys')) => {
  const arrived: string[] = []
  let isOpen = false
  const apiUrl = await startUpstream((nonce, body) => {
    if (body.includes('"later"') && !isOpen) return respond(404, {})
    arrived.push(nonce)
    return respond(201, `"${nonce}"`)
  })
  const errors: object[] = []
  const log = { ...silentLog, error: (fields: object) => void errors.push(fields) }
  const relay = createRelay(
    { projectId: 'demo-shop', accessToken: 'a.b.c', apiUrl, dataDir, validation: 'off', settlement: false },
    { clock: systemClock, log, tokens: createStaticTokens(), stopMs: 50 },
  )
  const loopback = { host: '127.0.0.1', port: 0, basePath: '/', adminHost: '127.0.0.1', adminPort: 0 }
  const running = await startStandalone(relay, loopback)
  onTestFinished(() => running.stop())
  const env = {
    ...{ WMKT_PROJECT_ID: 'demo-shop', WMKT_ACCESS_TOKEN: 'a.b.c', WMKT_DATA_DIR: dataDir },
    WMKT_ADMIN_PORT: new URL(running.admin.url).port,
  }
  const collect = async (...items: object[]) =>
    (await fetch(`${running.public.url}/collect`, { method: 'POST', body: JSON.stringify({ items }) })).json()
  const status = async () => (await fetch(`${running.admin.url}/api/status`)).json()
  return {
    ...{ arrived, errors, collect, status, dataDir, running },
    cli: (...args: string[]) => runCli(args, { env }),
    open: () => {
      isOpen = true
    },
    ledgerIs: (ledger: object) =>
      eventually(async () => expect((await status()).ledger).toMatchObject(ledger), PATIENT),
  }
}

test('what a missing key has sealed is set aside and said, all else goes on, and comes back with the key', async () => {
  const { arrived, errors, collect, status, dataDir, cli, open, ledgerIs } = await start()
  const keyFile = join(dataDir, 'outbox-keys.json')
  await collect(item('old', 'later'))
  const { key: first, keys } = (await status()).storage
  expect(keys).toEqual([first])
  const before = readFileSync(keyFile, 'utf8')
  expect((await cli('keys', 'rotate')).code).toBe(0)
  expect((await cli('keys', 'shred', first, '--yes')).code).toBe(0)
  const shredded = JSON.parse(readFileSync(keyFile, 'utf8'))
  await eventually(async () => expect((await status()).storage.keys).not.toContain(first), PATIENT)
  await collect(item('new', 'lead'))
  open()
  await ledgerIs({ received: 2, held: 0, buried: 1, delivered: 1 })
  const [letter] = JSON.parse((await cli('dead-letters', 'list', '--json')).out)
  expect(letter).toMatchObject({ nonce: 'old', code: 'KEY_MISSING', message: expect.stringContaining(first) })
  expect(errors).toEqual([{ keyId: first, path: keyFile }])

  const [lost] = JSON.parse(before).keys
  writeFileSync(keyFile, JSON.stringify({ ...shredded, keys: [lost, ...shredded.keys] }))
  await eventually(async () => expect((await status()).storage.keys).toContain(first), PATIENT)
  expect((await cli('dead-letters', 'redrive', 'old')).code).toBe(0)
  await ledgerIs({ received: 2, held: 0, buried: 0, delivered: 2 })
  expect(arrived).toEqual(['new', 'old'])
})

test('an outbox from before is delivered as it is, and its nonces are known', async () => {
  const dataDir = tempFolder('keys')
  const seams = { clock: systemClock, log: silentLog, onFatal: () => {} }
  const before = await openLmdbOutbox({ dir: join(dataDir, 'outbox'), ...seams })
  const record = encodeRecord(
    { receivedAt: 1 },
    Buffer.from(JSON.stringify({ items: [item('old', 'later')] })),
  )
  const entry = { index: 0, kind: 'event', nonce: 'old', lane: 'event:later' } as const
  await before.put({ record, entries: [{ ...entry, fingerprint: 0 }], receivedAt: 1 })
  await before.close()
  const { arrived, open, ledgerIs, collect } = await start(dataDir)
  expect(await collect(item('old', 'other'))).toMatchObject({ rejected: [{ code: 'NONCE_CONFLICT' }] })
  open()
  await ledgerIs({ received: 1, held: 0, delivered: 1 })
  expect(arrived).toEqual(['old'])
})
