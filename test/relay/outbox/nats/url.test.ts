import { expect, test } from 'vitest'
import { parseNatsUrl } from '../../../../packages/relay/src/outbox/nats/url.ts'

test('an address alone claims the least and takes the defaults', () => {
  expect(parseNatsUrl('nats://127.0.0.1:4222')).toEqual({
    servers: ['127.0.0.1:4222'],
    tls: false,
    prefix: 'wmkt',
    durability: 'process-crash',
    monitors: [],
    leaseMs: 30_000,
  })
})

test('everything can be said', () => {
  const query =
    'durability=fsync&monitor=http://a:8222/,http://b:8222&replicas=3&lease=5&max_bytes=2000000&prefix=shop&tls=true'
  expect(parseNatsUrl(`nats://me:p%40ss@a:4222,b.test,[::1]:4223?${query}`)).toEqual({
    servers: ['a:4222', 'b.test', '[::1]:4223'],
    user: 'me',
    password: 'p@ss',
    tls: true,
    prefix: 'shop',
    durability: 'fsync',
    replicas: 3,
    monitors: ['http://a:8222', 'http://b:8222'],
    leaseMs: 5_000,
    maxBytes: 2_000_000,
  })
  expect(parseNatsUrl('nats://t0ken@a')).toMatchObject({ token: 't0ken', servers: ['a'] })
})

test.each([
  ['nats://', /expected nats:\/\/host:port/],
  ['nats://a b', /expected nats:\/\/host:port/],
  ['nats://a:4222/path', /expected nats:\/\/host:port/],
  ['nats://a?durability=always', /expected durability=fsync\|replicated\|process-crash/],
  ['nats://a?replicas=0', /expected replicas= from 1 to 5/],
  ['nats://a?replicas=three', /expected replicas= from 1 to 5/],
  ['nats://a?lease=0', /expected lease= from 1/],
  ['nats://a?monitor=a:8222', /expected monitor=http/],
  ['nats://a?prefix=a.b', /expected prefix= of/],
  ['nats://a?sync=always', /expected parameters tls, prefix/],
])('%s is refused by name', (url, why) => {
  expect(() => parseNatsUrl(url)).toThrow(why)
})

test('no refusal shows a password', () => {
  for (const url of ['nats://me:geheim@a b', 'nats://me:geheim@a?lease=x', 'nats://me:geheim@'])
    expect(() => parseNatsUrl(url)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('geheim') }),
    )
})
