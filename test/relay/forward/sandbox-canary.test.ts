import { createServer } from 'node:http'
import { createStaticToken } from '@wmkt/api/client'
import { expect, onTestFinished, test } from 'vitest'
import { CANARY_WAITS } from '../../../packages/relay/src/forward/canary.ts'
import { listen } from '../../../packages/relay/src/http/listen.ts'
import { createLeapingClock } from '../../support/leaping-clock.ts'
import { startRelay } from '../../support/relay.ts'
import { useBox } from '../../support/sandbox.ts'
import { field } from '../../support/schema-facts.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const box = useBox()
/** Of each kind; `CANARY_OF=1000` for a long form. */
const COUNT = Number(process.env.CANARY_OF ?? 60)
const PATIENT = { timeout: 60_000, interval: 50 }

/** The sandbox, with somebody who writes down which events are posted to it, and how. */
const startWatched = async () => {
  const posted: { nonce: string; path: string; status: number }[] = []
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    const target = new URL(box.sandbox.api)
    const path = (req.url ?? '').slice('/api/v1'.length)
    const answer = await fetch(`${target.origin}${req.url}`, {
      method: req.method ?? 'GET',
      headers: { authorization: req.headers.authorization ?? '', 'content-type': 'application/json' },
      ...(body !== '' && { body }),
    })
    if (req.method === 'POST') posted.push({ nonce: JSON.parse(body).nonce, path, status: answer.status })
    res.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  const listener = await listen(server, '127.0.0.1', 0)
  onTestFinished(() => listener.close(0))
  return { posted, url: `${listener.url}/api/v1` }
}

test('of a form that a deploy broke, one event reaches the upstream, however many come; mended, the others arrive, once', {
  timeout: 120_000,
}, async () => {
  const [watched, clock] = [await startWatched(), createLeapingClock()]
  const { url, outbox } = await startRelay({
    options: {
      ...{ apiUrl: watched.url, projectId: box.sandbox.projectId, dataDir: tempFolder('canary') },
      ...{ validation: 'off', canary: 1_000, rateLimit: 0 },
    },
    seams: { tokens: createStaticToken(box.token), clock },
  })
  // The field that the form calls `mail` since the deploy is `email`, and mandatory.
  const lead = (n: number) => ({
    ...{ kind: 'event', nonce: `lead-${n}`, eventType: 'contact-form', data: { mail: `v${n}@example.org` } },
  })
  const view = (n: number) => ({
    ...{ kind: 'event', nonce: `view-${n}`, eventType: 'page-view', data: { title: 'Shop' } },
  })
  const collect = (items: object[]) =>
    fetch(`${url}/collect`, { method: 'POST', body: JSON.stringify({ items }) })
  const batch = (n: number) =>
    collect(Array.from({ length: 10 }, (_, k) => [lead(10 * n + k), view(10 * n + k)]).flat())
  for (let n = 0; n < COUNT / 10; n += 6) await Promise.all([0, 1, 2, 3, 4, 5].map((k) => batch(n + k)))
  const sent = outbox.ledger().received / 2

  const leads = () => watched.posted.filter(({ nonce }) => nonce.startsWith('lead-'))
  await expect
    .poll(() => outbox.ledger(), PATIENT)
    .toMatchObject({ delivered: sent, buried: 1, held: sent - 1 })
  expect(leads()).toEqual([{ nonce: expect.anything(), path: '/events/sync', status: 400 }])
  const [canary] = leads()
  expect(outbox.deadLetter(canary?.nonce ?? '')).toMatchObject({
    code: 'UPSTREAM_REJECTED',
    message: expect.stringContaining('email'),
  })

  await box.patch('~/event-types/contact-form', {
    fields: [{ ...field('mail', 'email', { optional: false }), label: 'E-mail', discriminant: false }],
  })
  clock.leap(CANARY_WAITS.policy.capMs)
  await expect
    .poll(() => outbox.ledger(), PATIENT)
    .toMatchObject({ delivered: 2 * sent - 1, buried: 1, held: 0 })
  const taken = leads().filter(({ status }) => status < 300)
  expect(new Set(taken.map(({ nonce }) => nonce)).size).toBe(sent - 1)
  expect(taken).toHaveLength(sent - 1)
  expect(taken[0]?.path).toBe('/events/sync')
  const waiting = async () => (await box.sandbox.events({ status: 'accepted' })).length
  await expect.poll(waiting, PATIENT).toBe(0)
  expect((await box.get('~/trashed-events')).body.total).toBe(0)
})
