import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test, vi } from 'vitest'
import { createAddressReader } from '../../../packages/relay/src/collect/client-address.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'

const request = (peer: string, forwarded?: string): IncomingMessage => {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  const req = new IncomingMessage(socket)
  if (forwarded !== undefined) req.headers['x-forwarded-for'] = forwarded
  return req
}
const read = (trustProxy: number, peer: string, forwarded?: string) =>
  createAddressReader(trustProxy, silentLog)(request(peer, forwarded))

test.each<[string, number, string, string | undefined, string | undefined]>([
  ['the peer', 0, '203.0.113.7', undefined, '203.0.113.7'],
  ['IPv4 as an IPv6 socket writes it', 0, '::ffff:203.0.113.7', undefined, '203.0.113.7'],
  ['a private peer nobody forwards for', 0, '10.0.0.1', undefined, '10.0.0.1'],
  ['a public peer that claims to be a proxy', 0, '203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['the hop the one proxy wrote', 1, '10.0.0.1', '6.6.6.6, 203.0.113.7', '203.0.113.7'],
  ['the hop the outer of two proxies wrote', 2, '10.0.0.1', '6.6.6.6, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
  ['the hop without its port', 1, '10.0.0.1', '203.0.113.7:4711', '203.0.113.7'],
  ['the hop without brackets and port', 1, '10.0.0.1', '[2001:db8:1:2::9]:4711', '2001:db8:1:2'],
  ['the peer, where the hop is no address', 1, '203.0.113.7', 'unknown', '203.0.113.7'],
  ['the peer, where a long text stands for the hop', 1, '203.0.113.7', 'x'.repeat(9_000), '203.0.113.7'],
  ['the peer, where the proxy wrote nothing', 1, '203.0.113.7', undefined, '203.0.113.7'],
])('%s is charged', (_, trustProxy, peer, forwarded, address) => {
  expect(read(trustProxy, peer, forwarded)).toBe(address)
})

test.each([
  '10.1.2.3',
  '127.0.0.1',
  '192.168.1.1',
  '172.16.0.1',
  '172.31.255.255',
  '169.254.1.1',
  '100.64.0.1',
  '100.127.9.9',
  '::1',
  'fd00::1',
  'fe80::1',
  '::ffff:10.0.0.1',
])('behind %s nobody is charged while no proxy is trusted: it would charge all', (peer) => {
  expect(read(0, peer, '203.0.113.7')).toBeUndefined()
})

test.each(['172.32.0.1', '172.15.0.1', '100.63.0.1', '100.128.0.1', '11.0.0.1', '2001:db8::1'])(
  '%s is public, and charged',
  (peer) => {
    expect(read(0, peer, '203.0.113.7')).toBeDefined()
  },
)

test.each([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8:0:0:9::9', true],
  ['2001:0db8:0001::1', '2001:db8:1::2', true],
  ['::1', '::2', true],
])('%s and %s are one client: %s', (one, other, same) => {
  expect(read(0, one) === read(0, other)).toBe(same)
})

test('X-Forwarded-For while no proxy is trusted is said once', () => {
  const warn = vi.fn()
  const addressOf = createAddressReader(0, { ...silentLog, warn })
  for (let i = 0; i < 3; i += 1) addressOf(request('10.0.0.1', '203.0.113.7'))
  expect(warn).toHaveBeenCalledOnce()
  expect(JSON.stringify(warn.mock.calls)).toContain('WMKT_TRUST_PROXY')
  expect(JSON.stringify(warn.mock.calls)).not.toMatch(/203\.0|10\.0\.0/)
})

test('nothing is said when a proxy is trusted, or none forwards', () => {
  const warn = vi.fn()
  createAddressReader(1, { ...silentLog, warn })(request('10.0.0.1', '203.0.113.7'))
  createAddressReader(0, { ...silentLog, warn })(request('203.0.113.7'))
  expect(warn).not.toHaveBeenCalled()
})
