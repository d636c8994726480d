import { expect, test } from 'vitest'
import { hostingOf, shareNetwork, siteOf } from '../../../packages/relay/src/cli/host.ts'

test.each([
  ['www.shop.test', 'shop.test'],
  ['a.b.shop.co.uk', 'shop.co.uk'],
  ['shop.fr', 'shop.fr'],
  ['x.io', 'x.io'],
  ['DATA.Shop.Test.', 'shop.test'],
  ['127.0.0.1', '127.0.0.1'],
])('%s belongs to %s', (host, site) => {
  expect(siteOf(host)).toBe(site)
})

test.each([
  ['shop.test', 'SHOP.test', 'same-host'],
  ['www.shop.test', 'data.shop.test', 'same-site'],
  ['shop.co.uk', 'other.co.uk', 'third-party'],
] as const)('seen from %s, %s is %s', (site, relay, hosting) => {
  expect(hostingOf(site, relay)).toBe(hosting)
})

test.each([
  [['192.0.2.1'], ['192.0.99.9'], true],
  [['192.0.2.1'], ['192.1.2.1'], false],
  [['2001:db8:1:2::1'], ['2001:0db8:0001:0002:ffff::9'], true],
  [['2001:db8:1:2::1'], ['2001:db8:1:3::1'], false],
  [['::1'], ['::2'], true],
  [['192.0.2.1', '2001:db8::1'], ['198.51.100.1', '2001:db8::2'], true],
  [[], ['192.0.2.1'], false],
])('%j and %j share a network: %j', (some, others, shared) => {
  expect(shareNetwork(some, others)).toBe(shared)
})
