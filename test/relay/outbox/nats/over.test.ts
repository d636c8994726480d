import { type NatsConnection, TimeoutError } from '@nats-io/transport-node'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type Link, openLink } from '../../../../packages/relay/src/outbox/nats/link.ts'
import { parseNatsUrl } from '../../../../packages/relay/src/outbox/nats/url.ts'
import { silentLog } from '../../../../packages/relay/src/telemetry/log.ts'
import { layCable } from '../../../support/cable.ts'
import { eventually } from '../../../support/eventually.ts'
import { freePort } from '../../../support/free-port.ts'
import { given } from '../../../support/given.ts'
import { makeNatsServer, type NatsServer } from '../../../support/nats-server.ts'
import { createTurnedClock, type TurnedClock } from '../../../support/turned-clock.ts'

/** Two servers that know nothing of each other: where a connection leads is told by their names. */
const nats = await given('nats')
let servers: NatsServer[] = []
beforeAll(async () => {
  if ('missing' in nats) return
  const make = async (name: string) => makeNatsServer({ program: nats.path }, name, await freePort())
  servers = await Promise.all(['one', 'other'].map(make))
  await Promise.all(servers.map((server) => server.start()))
})
afterAll(async () => void (await Promise.all(servers.map((server) => server.dispose()))))
beforeEach(({ skip }) => {
  if ('missing' in nats) skip(nats.missing)
})

const PING_MS = 200

/** To the first of the hosts that takes it: the client would shuffle them. */
const linkTo = async (hosts: readonly string[]) => {
  const clock = createTurnedClock()
  const shuffling = vi.spyOn(Math, 'random').mockReturnValue(0.999)
  const link = await openLink(parseNatsUrl(`nats://${hosts.join(',')}`), clock, silentLog, PING_MS)
  shuffling.mockRestore()
  onTestFinished(() => link.nc.close())
  return { clock, link }
}
const layCables = async () => {
  const cables = await Promise.all(servers.map(({ port }) => layCable(port)))
  onTestFinished(async () => void (await Promise.all(cables.map((cable) => cable.stop()))))
  return cables.map((cable) => ({ ...cable, host: `127.0.0.1:${cable.port}` }))
}
const leadsTo = (nc: NatsConnection, name: string) =>
  eventually(() => expect(nc.info?.server_name).toBe(name))
const asksWell = async ({ nc }: Link) => {
  const text = (await nc.request('$JS.API.INFO', '', { timeout: 1_000 })).string()
  expect(text).toContain('account_info')
}

/** Eight seconds of a request that nobody answers. */
const inVain = async (link: Link, clock: TurnedClock) => {
  const noAnswer = () => Promise.reject(new TimeoutError())
  const refused = expect(link.persist(noAnswer)).rejects.toMatchObject({ reason: 'unreachable' })
  for (let seconds = 0; seconds < 8; seconds += 1) {
    await new Promise(setImmediate)
    clock.turn(1_000)
  }
  await refused
}

test('a server that falls silent is left for another one, which is not tried after the silent one', async () => {
  const [one, other] = await layCables()
  if (!one || !other) throw new Error('two cables were laid')
  const { link, clock } = await linkTo([one.host, other.host])
  expect(link.nc.info?.server_name).toBe('one')
  one.cut('pulled')
  await leadsTo(link.nc, 'other')
  await asksWell(link)
  expect(one.connections()).toBe(1)
  // What was asked of the silent one is in vain for some seconds more: that is not the other's fault.
  await inVain(link, clock)
  await asksWell(link)
  expect(link.nc.info?.server_name).toBe('other')
})

test('so it is when what was sent to it fills every buffer on the way', async () => {
  const [one, other] = await layCables()
  if (!one || !other) throw new Error('two cables were laid')
  const { link } = await linkTo([one.host, other.host])
  one.cut('pulled')
  for (let n = 0; n < 64; n += 1) link.nc.publish('much', Buffer.alloc(1_000_000))
  await leadsTo(link.nc, 'other')
  await asksWell(link)
})

test('a server that answers pings and no request for eight seconds is left, but not one after the other', async () => {
  const { clock, link } = await linkTo(servers.map(({ host }) => host))
  await inVain(link, clock)
  await leadsTo(link.nc, 'other')
  await inVain(link, clock)
  await asksWell(link)
  expect(link.nc.info?.server_name).toBe('other')
  // The client passes over a server that it was with a moment ago: then it is this one's turn again.
  await eventually(async () => {
    clock.turn(10_000)
    await inVain(link, clock)
    await eventually(() => expect(link.nc.info?.server_name).toBe('one'), { timeout: 500 })
  })
})

test('a server that was away when the connection was made is one to go over to', async () => {
  const [one, other] = servers
  if (!one || !other) throw new Error('there are two servers')
  await one.kill()
  const { link } = await linkTo([one.host, other.host])
  expect(link.nc.info?.server_name).toBe('other')
  await one.start()
  await other.kill()
  onTestFinished(() => other.start())
  await leadsTo(link.nc, 'one')
})

test('a connection that is hung up is left alone', async () => {
  const { clock, link } = await linkTo(servers.map(({ host }) => host))
  await link.nc.close()
  await inVain(link, clock)
  expect(link.nc.isClosed()).toBe(true)
})
