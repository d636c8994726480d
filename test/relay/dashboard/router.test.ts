import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { createAppServer } from '../../../packages/relay/src/http/app-server.ts'
import { listen } from '../../../packages/relay/src/http/listen.ts'
import { eventually } from '../../support/eventually.ts'
import { startRelay } from '../../support/relay.ts'

const adminToken = 'correct-horse-battery'
const form = (adminUrl: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${adminUrl}/login`, { method: 'POST', body: new URLSearchParams(body), headers, redirect: 'manual' })
const cookieOf = (answer: Response): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''

test('the page is rendered with how things stand, under a policy that allows nothing inline', async () => {
  const { relay, adminUrl } = await startRelay()
  await relay.event('lead', {})
  const answer = await fetch(`${adminUrl}/`)
  const page = await answer.text()
  expect(page).toContain('<bdi>demo-shop</bdi>')
  expect(page).toMatch(/id="tile-held">\s*<h2>Backlog<\/h2><p class="value">1</)
  expect(page).not.toMatch(/<script>|<style|\sstyle=|\son\w+=|https?:\/\//)
  const policy = answer.headers.get('content-security-policy')
  expect(policy).toBe(
    "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none';require-trusted-types-for 'script'",
  )
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test('every file the page asks for is served, and no other', async () => {
  const { adminUrl } = await startRelay()
  const page = await (await fetch(`${adminUrl}/`)).text()
  const files = [...page.matchAll(/(?:src|href)="(page\/[^"]+)"/g)].map((match) => match[1])
  expect(files.length).toBeGreaterThan(4)
  for (const file of files) expect([file, (await fetch(`${adminUrl}/${file}`)).status]).toEqual([file, 200])
  for (const file of ['page/none.js', 'page/..%2f..%2fpackage.json', 'page/dashboard.d.ts'])
    expect((await fetch(`${adminUrl}/${file}`)).status).toBe(404)
})

test('a file unchanged is not sent again', async () => {
  const { adminUrl } = await startRelay()
  const first = await fetch(`${adminUrl}/page/dashboard.css`)
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
  expect((await fetch(`${adminUrl}/page/dashboard.css`, { headers })).status).toBe(304)
})

test('without a token nobody is asked for one', async () => {
  const { adminUrl } = await startRelay()
  expect((await form(adminUrl, 'token=x', { 'wmkt-admin': '1' })).status).toBe(404)
  expect(await (await fetch(`${adminUrl}/`)).text()).not.toContain('logout')
})

test('the token buys a session that reads and, from the same origin, changes', async () => {
  const { adminUrl } = await startRelay({ options: { adminToken } })
  const stranger = await fetch(`${adminUrl}/`)
  expect([stranger.status, await stranger.text()]).toEqual([401, expect.stringContaining('Admin token')])
  const refused = await form(adminUrl, 'token=correct-horse-batterz')
  expect([refused.status, refused.headers.get('set-cookie')]).toEqual([401, null])
  const entered = await form(adminUrl, `token=${adminToken}`, { origin: adminUrl })
  expect([entered.status, entered.headers.get('location')]).toEqual([303, './'])
  expect(entered.headers.get('set-cookie')).toMatch(
    /^wmkt_admin_demo-shop=\S+; Max-Age=43200; HttpOnly; SameSite=Strict$/,
  )
  const cookie = cookieOf(entered)
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(adminUrl + path, { ...init, headers: { cookie, ...init.headers } })
  expect((await ask('/api/status')).status).toBe(200)
  expect((await ask('/metrics')).status).toBe(200)
  const drop = (headers: Record<string, string>) =>
    ask('/api/dead-letters/none', { method: 'DELETE', headers })
  expect((await drop({})).status).toBe(403)
  expect((await drop({ 'wmkt-admin': '1', origin: 'https://evil.test' })).status).toBe(403)
  expect((await drop({ 'wmkt-admin': '1' })).status).toBe(404)
})

test('after too many wrong tokens the form says how long to wait, also to who has the right one by now', async () => {
  const { adminUrl } = await startRelay({ options: { adminToken } })
  for (let n = 0; n < 10; n += 1) expect((await form(adminUrl, `token=wrong-${n}`)).status).toBe(401)
  const late = await form(adminUrl, `token=${adminToken}`)
  expect([late.status, late.headers.get('set-cookie')]).toEqual([429, null])
  const seconds = Number(late.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(await late.text()).toContain(`Too many wrong tokens. Try again in ${seconds} s.`)
})

test('over TLS the cookie stays there', async () => {
  const { adminUrl } = await startRelay({ options: { adminToken } })
  const host = new URL(adminUrl).host
  const entered = await form(adminUrl, `token=${adminToken}`, { origin: `https://${host}` })
  expect(entered.headers.get('set-cookie')).toMatch(/; Secure$/)
})

test('a form from elsewhere neither logs in nor out', async () => {
  const { adminUrl } = await startRelay({ options: { adminToken } })
  for (const headers of [{ origin: 'https://evil.test' }, { 'sec-fetch-site': 'cross-site' }]) {
    expect((await form(adminUrl, `token=${adminToken}`, headers)).status).toBe(403)
    expect((await fetch(`${adminUrl}/logout`, { method: 'POST', headers, redirect: 'manual' })).status).toBe(
      403,
    )
  }
})

test('a form that never ends its body or is too long is refused', async () => {
  const { adminUrl } = await startRelay({ options: { adminToken } })
  expect((await form(adminUrl, `token=${'x'.repeat(5_000)}`)).status).toBe(413)
})

test('the stream tells how things stand at once, and ends with the relay', async () => {
  const { relay, adminUrl } = await startRelay()
  await relay.event('lead', {})
  const answer = await fetch(`${adminUrl}/api/live`)
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  // Compressed by a host or a proxy on the way, it would be held back until there is more of it.
  expect(answer.headers.get('cache-control')).toBe('no-store, no-transform')
  const reader = (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader()
  const { value = '' } = await reader.read()
  const frame = JSON.parse(value.replace(/^data: /, ''))
  expect(frame.status).toMatchObject({ projectId: 'demo-shop', ledger: { held: 1 } })
  await relay.stop()
  await eventually(async () => expect((await reader.read()).done).toBe(true))
})

test('strangers get no stream', async () => {
  const { adminUrl } = await startRelay({ options: { adminToken } })
  expect((await fetch(`${adminUrl}/api/live`)).status).toBe(401)
})

test('under a mount path the page is found with and without its slash', async () => {
  const { relay } = await startRelay()
  const listener = await listen(createAppServer(express().use('/ops/relay', relay.admin)), '127.0.0.1', 0)
  onTestFinished(() => listener.close(0))
  const answer = await fetch(`${listener.url}/ops/relay?x=1`)
  expect([answer.url, answer.status]).toEqual([`${listener.url}/ops/relay/`, 200])
  expect((await fetch(`${listener.url}/ops/relay/page/dashboard.css`)).status).toBe(200)
})

test('behind a host’s own body parsers a form and an erasure are read all the same', async () => {
  const { relay } = await startRelay({ options: { adminToken } })
  const host = express().use(express.urlencoded(), express.json(), relay.admin)
  const listener = await listen(createAppServer(host), '127.0.0.1', 0)
  onTestFinished(() => listener.close(0))
  expect((await form(listener.url, `token=${adminToken}`, { origin: listener.url })).status).toBe(303)
  const headers = {
    ...{ 'content-type': 'application/json', 'wmkt-admin': '1' },
    authorization: `Bearer ${adminToken}`,
  }
  const body = JSON.stringify({ trackerId: 'somebody', dryRun: true })
  const erased = await fetch(`${listener.url}/api/erase`, { method: 'POST', body, headers })
  expect([erased.status, await erased.json()]).toEqual([200, expect.objectContaining({ held: 0 })])
})
