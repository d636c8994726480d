import { request } from 'node:http'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../../packages/relay/src/clock.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { buryEvent } from '../../support/dead-letter.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { createMemoryOutbox } from '../../support/memory-outbox.ts'
import { type RelayRig, startRelay } from '../../support/relay.ts'

const start = async (rig: RelayRig = {}) => {
  const outbox = createMemoryOutbox({ clock: systemClock })
  await buryEvent(outbox, 'n1')
  await buryEvent(outbox, 'n2')
  return startRelay({ ...rig, outbox })
}
const admin = { 'wmkt-admin': '1' }

test('status tells ledger, lanes, credential and storage', async () => {
  const { adminUrl } = await start()
  const status = await (await fetch(`${adminUrl}/api/status`)).json()
  expect(status).toMatchObject({
    ready: true,
    ledger: { received: 2, buried: 2 },
    credential: { kind: 'static' },
  })
  expect(status.storage.durability).toBe('process-crash')
})

test('dead letters are listed a page at a time, without what was in them', async () => {
  const { adminUrl } = await start()
  const first = await (await fetch(`${adminUrl}/api/dead-letters?limit=1`)).json()
  expect(first).toMatchObject({ deadLetters: [{ nonce: 'n1', code: 'UPSTREAM_REJECTED' }], next: 'n1' })
  expect(JSON.stringify(first)).not.toContain('a@b.c')
  const second = await (await fetch(`${adminUrl}/api/dead-letters?after=n1`)).json()
  expect(second.deadLetters.map(({ nonce }: { nonce: string }) => nonce)).toEqual(['n2'])
})

test('personal data are blotted out until they are asked for', async () => {
  const { adminUrl } = await start()
  const show = async (query: string) => (await fetch(`${adminUrl}/api/dead-letters/n1${query}`)).json()
  expect((await show('')).item.data).toEqual({ email: '[redacted]' })
  expect((await show('?reveal=1')).item.data).toEqual({ email: 'a@b.c' })
})

test('a letter is dropped once, and the ledger says so', async () => {
  const { adminUrl, outbox } = await start()
  const drop = () => fetch(`${adminUrl}/api/dead-letters/n1`, { method: 'DELETE', headers: admin })
  expect([(await drop()).status, (await drop()).status]).toEqual([200, 404])
  expect(outbox.ledger()).toMatchObject({ buried: 1, dropped: 1 })
})

test('a letter is redriven, and its fate is told', async () => {
  const { adminUrl } = await start()
  await fetch(`${adminUrl}/api/dead-letters/n1/redrive`, { method: 'POST', headers: admin })
  expect(await (await fetch(`${adminUrl}/api/items/n1`)).json()).toMatchObject({ state: 'held' })
})

test('changes need the header and the same origin', async () => {
  const { adminUrl } = await start()
  const attempts = [
    {},
    { ...admin, origin: 'https://evil.test' },
    { ...admin, 'sec-fetch-site': 'cross-site' },
  ]
  for (const headers of attempts) {
    const response = await fetch(`${adminUrl}/api/dead-letters/n1`, { method: 'DELETE', headers })
    expect([response.status, (await response.json()).code]).toEqual([403, 'NOT_SAME_ORIGIN'])
  }
})

test.each([
  ['GET', '/api/items/%E0%A4%A'],
  ['GET', '/api/dead-letters/%E0%A4%A'],
  ['DELETE', '/api/dead-letters/%'],
])('%s %s, which cannot be decoded, is no path, and nothing to report', async (method, path) => {
  const error = vi.fn()
  const { adminUrl } = await start({ seams: { log: { ...silentLog, error } } })
  const response = await fetch(adminUrl + path, { method, headers: admin })
  expect([response.status, (await response.json()).code]).toEqual([404, 'NOT_FOUND'])
  expect(error).not.toHaveBeenCalled()
})

const statusAs = (adminUrl: string, host: string) =>
  new Promise((resolve) =>
    request(`${adminUrl}/api/status`, { headers: { host } }, (res) => resolve(res.resume().statusCode)).end(),
  )

test('a rebound host name is refused', async () => {
  const { adminUrl } = await start()
  expect(await statusAs(adminUrl, 'evil.test')).toBe(403)
})

test.each([
  ['relay.internal', 'Relay.Internal:8788'],
  ['10.0.0.7', '10.0.0.7:8788'],
  ['fd00::7', '[fd00::7]:8788'],
])('bound to %s it is called as %s, by loopback names, and by no other', async (adminHost, host) => {
  const { adminUrl } = await start({ options: { adminHost } })
  expect(
    await Promise.all([host, 'localhost:1', '[::1]:1', 'evil.test'].map((name) => statusAs(adminUrl, name))),
  ).toEqual([200, 200, 200, 403])
})

test('with a token, nothing is told without it', async () => {
  const adminToken = 't'.repeat(20)
  const { adminUrl } = await start({ options: { adminToken } })
  const ask = (headers: Record<string, string>) => fetch(`${adminUrl}/api/status`, { headers })
  expect((await ask({})).status).toBe(401)
  expect((await ask({ authorization: `Bearer ${adminToken}` })).status).toBe(200)
})

test('after ten wrong tokens a minute nobody at that address learns of the next, but for those who are in already', async () => {
  const adminToken = 't'.repeat(20)
  const clock = createManualClock()
  const { adminUrl } = await start({ options: { adminToken }, seams: { clock } })
  const ask = (token: string) =>
    fetch(`${adminUrl}/api/status`, { headers: { authorization: `Bearer ${token}` } })
  const enter = (token: string) =>
    fetch(`${adminUrl}/login`, { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual' })
  const cookie = (await enter(adminToken)).headers.get('set-cookie')?.split(';')[0] ?? ''
  for (let n = 0; n < 5; n += 1)
    expect([(await ask(`wrong-${n}`)).status, (await enter(`wrong-${n}`)).status]).toEqual([401, 401])
  const refused = await ask(adminToken)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '6'])
  expect((await enter(adminToken)).status).toBe(429)
  expect((await fetch(`${adminUrl}/api/status`, { headers: { cookie } })).status).toBe(200)
  clock.advance(6_000)
  expect((await ask(adminToken)).status).toBe(200)
})
