import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { HISTOGRAMS, METRICS } from '../../../packages/relay/src/telemetry/metrics.ts'
import { eventually } from '../../support/eventually.ts'
import { startRelay } from '../../support/relay.ts'
import { createStaticTokens, respond, startUpstream } from '../../support/upstream-stub.ts'

const docs = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')

/** `name{labels} value` lines of a scrape, by name and labels. */
const scrape = async (adminUrl: string): Promise<Map<string, number>> => {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}
const item = (nonce: string, more: object = {}) => ({
  kind: 'event',
  nonce,
  eventType: 'lead',
  data: {},
  ...more,
})
const collect = (url: string, items: object[]) =>
  fetch(`${url}/collect`, { method: 'POST', body: JSON.stringify({ items }) })

test('docs/metrics.md names every metric with its type and labels, and no other', () => {
  const documented = [...docs.matchAll(/^\| `(wmkt_\w+)` \| (\w+) \|([^|]*)\|/gm)].map(
    ([, name, type, labels]) =>
      `${name} ${type} ${[...(labels ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1])}`,
  )
  const ours = METRICS.map(({ name, type, labels = [] }) => `${name} ${type} ${labels}`)
  const histograms = Object.keys(HISTOGRAMS).map(
    (name) => `${name} histogram ${name.includes('forward') ? 'kind' : ''}`,
  )
  expect(documented.sort()).toEqual([...ours, ...histograms].sort())
})

test('every documented metric is exposed by a running relay', async () => {
  const { adminUrl } = await startRelay()
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  for (const name of [...METRICS.map((metric) => metric.name), ...Object.keys(HISTOGRAMS)])
    expect(text).toContain(`# TYPE ${name} `)
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
  expect(text).toMatch(/^process_resident_memory_bytes /m)
})

test('the scrape is text of Prometheus, and not kept', async () => {
  const { adminUrl } = await startRelay()
  const { headers } = await fetch(`${adminUrl}/metrics`)
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(headers.get('cache-control')).toBe('no-store')
})

test('requests are counted by status and code, items by outcome', async () => {
  const { url, adminUrl } = await startRelay()
  await collect(url, [
    item('n1'),
    item('n1'),
    item('bad nonce'),
    { kind: 'interaction', nonce: 'i1', userData: {}, nodeData: {} },
  ])
  await fetch(`${url}/collect`, { method: 'POST', body: '{' })
  await fetch(`${url}/collect`, { method: 'POST', body: '{}', headers: { origin: 'https://evil.test' } })
  await fetch(`${url}/none`)
  const metrics = await scrape(adminUrl)
  expect(metrics.get('wmkt_collect_requests_total{status="202",code="STORED"}')).toBe(1)
  expect(metrics.get('wmkt_collect_requests_total{status="400",code="BODY_NOT_JSON"}')).toBe(1)
  expect(metrics.get('wmkt_collect_requests_total{status="403",code="ORIGIN_REFUSED"}')).toBe(1)
  expect([...metrics.keys()].filter((name) => name.includes('NOT_FOUND'))).toEqual([])
  const outcome = (name: string) => metrics.get(`wmkt_collect_items_total{outcome="${name}"}`)
  expect(['accepted', 'duplicate', 'rejected'].map(outcome)).toEqual([1, 1, 2])
  expect(metrics.get('wmkt_collect_rejected_total{code="INTERACTIONS_OFF"}')).toBe(1)
  expect(metrics.get('wmkt_collect_rejected_total{code="NONCE_INVALID"}')).toBe(1)
  expect(metrics.get('wmkt_collect_duration_seconds_count')).toBe(1)
  expect(metrics.get('wmkt_backlog_items')).toBe(1)
  expect(metrics.get('wmkt_received_total')).toBe(1)
  expect(metrics.get('wmkt_ended_total{ending="duplicate"}')).toBe(1)
  expect(metrics.get('wmkt_ledger_imbalance_items')).toBe(0)
})

test('a second scrape says what is, not what was added', async () => {
  const { url, adminUrl } = await startRelay()
  await collect(url, [item('n1')])
  await scrape(adminUrl)
  const metrics = await scrape(adminUrl)
  expect(metrics.get('wmkt_received_total')).toBe(1)
  expect(metrics.get('wmkt_collect_requests_total{status="202",code="STORED"}')).toBe(1)
})

test('attempts are counted by class, buried items by reason, and lanes by state, whatever strangers call them', async () => {
  const upstream = await startUpstream((nonce) =>
    nonce === 'bad' ? respond(422, { message: 'no' }) : respond(201, `"${nonce}"`),
  )
  const { url, adminUrl } = await startRelay({
    options: { apiUrl: upstream },
    seams: { tokens: createStaticTokens() },
  })
  await collect(url, [item('bad'), item('good'), item('odd', { eventType: 'x"} 1\nwmkt_evil 1' })])
  await eventually(async () => {
    const metrics = await scrape(adminUrl)
    expect(metrics.get('wmkt_forward_attempts_total{kind="event",status="2xx"}')).toBe(2)
    expect(metrics.get('wmkt_forward_attempts_total{kind="event",status="4xx"}')).toBe(1)
    expect(metrics.get('wmkt_forward_latency_seconds_count{kind="event"}')).toBe(3)
    expect(metrics.get('wmkt_forward_buried_total{kind="event",code="UPSTREAM_REJECTED"}')).toBe(1)
    expect(metrics.get('wmkt_ended_total{ending="delivered"}')).toBe(2)
    expect(metrics.get('wmkt_dead_letters')).toBe(1)
    expect(metrics.get('wmkt_lanes{state="running"}')).toBe(2)
    expect(metrics.get('wmkt_project_state{state="running"}')).toBe(1)
    expect(metrics.get('wmkt_credential_state{state="ok"}')).toBe(1)
  })
  expect(await (await fetch(`${adminUrl}/metrics`)).text()).not.toContain('wmkt_evil')
})

test('what is not known is left out', async () => {
  const { adminUrl } = await startRelay()
  expect((await scrape(adminUrl)).has('wmkt_credential_expires_timestamp_seconds')).toBe(false)
})
