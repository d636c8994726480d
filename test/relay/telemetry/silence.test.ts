import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startChild } from '../../support/child.ts'
import { eventually } from '../../support/eventually.ts'
import { freePort } from '../../support/free-port.ts'
import { ROOT } from '../../support/sources.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { respond, startUpstream } from '../../support/upstream-stub.ts'

/** Each of these goes through the relay below, by every way in; none may come out on its log. */
const SECRETS = {
  accessToken: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJzZXNhbWUifQ.c2lnbmF0dXJl',
  adminToken: 'admin-open-sesame-1',
  serverKey: 'server-open-sesame-2',
  guess: 'guessed-open-sesame-3',
  hookToken: 'hook-open-sesame-4',
  hookSecret: 'dGhpcyBzZWNyZXQgaXMgYXMgbG9uZyBhcyBpdCBoYXMgdG8gYmU=',
  mail: 'mona.lisa@example.com',
  phone: '+33612345678',
  name: 'Gherardini',
  clientAddress: '203.0.113.77',
  clientAddress6: '2001:db8::ff00:42:8329',
  tracker: 'ru1cc7-tracker-of-mona',
}
const JSON_TYPE = { 'content-type': 'application/json' }

/** A relay in a process of its own, at the most talkative level. */
const startTalkative = async (upstream: string) => {
  const [port, adminPort] = [await freePort(), await freePort()]
  const child = startChild([join(ROOT, 'packages/relay/bin/wmkt-relay.js'), 'start'], {
    HOST: '127.0.0.1',
    PORT: String(port),
    WMKT_ADMIN_PORT: String(adminPort),
    WMKT_PROJECT_ID: 'demo-shop',
    WMKT_API_URL: upstream,
    WMKT_ACCESS_TOKEN: SECRETS.accessToken,
    WMKT_ADMIN_TOKEN: SECRETS.adminToken,
    WMKT_SERVER_KEYS: SECRETS.serverKey,
    WMKT_INTERACTIONS: 'key',
    WMKT_DATA_DIR: tempFolder('silence'),
    WMKT_WEBHOOK_URL: `http://127.0.0.1:${await freePort()}/hook?token=${SECRETS.hookToken}`,
    WMKT_WEBHOOK_SECRET: `whsec_${SECRETS.hookSecret}`,
    WMKT_LOG_LEVEL: 'trace',
  })
  onTestFinished(() => void child.end())
  await child.saw(/public http/)
  const base = { cookie: `ndrstnd=${SECRETS.tracker}`, 'x-forwarded-for': SECRETS.clientAddress6 }
  const collect = (
    body: unknown,
    headers: Record<string, string> = { authorization: `Bearer ${SECRETS.serverKey}` },
  ) =>
    fetch(`http://127.0.0.1:${port}/collect`, {
      method: 'POST',
      headers: { ...base, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const admin = (method: string, path: string, token = SECRETS.adminToken) =>
    fetch(`http://127.0.0.1:${adminPort}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'wmkt-admin': '1',
        'x-forwarded-for': SECRETS.clientAddress,
      },
    })
  const login = (token: string) =>
    fetch(`http://127.0.0.1:${adminPort}/login`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
      redirect: 'manual',
    })
  const look = (nonce: string, key = SECRETS.serverKey) =>
    fetch(`http://127.0.0.1:${port}/items/${encodeURIComponent(nonce)}`, {
      headers: { ...base, authorization: `Bearer ${key}` },
    })
  return { child, collect, admin, login, look }
}

/** An upstream that says back what it was sent, in every way there is. */
const answerOf = (nonce: string, body: string) => {
  if (nonce.startsWith('reject')) return respond(422, { message: `no such value in ${body}` })
  if (nonce.startsWith('lost')) return respond(404, { message: body })
  if (nonce.startsWith('busy')) return respond(500, `<html>${body}</html>`)
  return nonce === '' ? respond(502, body) : respond(201, `"${nonce}"`)
}

const personal = {
  email: SECRETS.mail,
  phone: SECRETS.phone,
  name: SECRETS.name,
  from: SECRETS.clientAddress,
}
const event = (nonce: string, eventType = 'lead') => ({ kind: 'event', nonce, eventType, data: personal })

test('no token, no address and nothing personal is logged, on any path, at any level', async () => {
  const upstream = await startUpstream(answerOf)
  const { child, collect, admin, login, look } = await startTalkative(upstream)

  await collect({ items: [event('pass-1'), event('reject-1'), event('reject-2'), event('busy-1', 'busy')] })
  await collect({ items: [event('lost-1', SECRETS.mail), event('lost-2', `to ${SECRETS.clientAddress}`)] })
  await collect({ items: [{ kind: 'interaction', nonce: 'doubt-1', userData: personal, nodeData: {} }] })
  await collect({
    items: [
      event(SECRETS.mail),
      { kind: 'event', nonce: 'x', data: JSON.parse(`{"__proto__":"${SECRETS.mail}"}`) },
      SECRETS.mail,
    ],
  })
  for (const rubbish of [`{"email":"${SECRETS.mail}"`, `"${SECRETS.phone}"`, SECRETS.name])
    await collect(rubbish)
  await collect({ items: [event('no-key')] }, { authorization: `Bearer ${SECRETS.guess}` })
  await collect({ items: [event('no-origin')] }, { origin: `https://${SECRETS.guess}.test` })
  await collect(SECRETS.mail, { ...JSON_TYPE, 'content-encoding': SECRETS.guess })
  await admin('GET', '/api/status', SECRETS.guess)
  await login(SECRETS.guess)
  await login(SECRETS.adminToken)

  await eventually(async () => {
    const { deadLetters } = await (await admin('GET', '/api/dead-letters')).json()
    expect(deadLetters.map(({ nonce }: { nonce: string }) => nonce)).toEqual([
      'doubt-1',
      'reject-1',
      'reject-2',
    ])
  })
  await admin('GET', '/api/dead-letters/reject-1?reveal=1')
  await admin('POST', '/api/dead-letters/reject-1/redrive')
  await admin('DELETE', '/api/dead-letters/reject-2')
  await admin('GET', `/api/dead-letters/${encodeURIComponent(SECRETS.mail)}`)
  await admin('GET', '/metrics')
  for (const nonce of ['reject-1', SECRETS.mail]) await look(nonce)
  await look('pass-1', SECRETS.guess)
  await child.saw(/the webhook does not take deliveries/)
  await child.saw(/lane parked/)
  await child.saw(/settled by hand/)
  await child.end()

  const output = child.output()
  for (const [what, secret] of Object.entries(SECRETS))
    expect([what, output.includes(secret)]).toEqual([what, false])
})
