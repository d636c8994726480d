import { expect, onTestFinished, test } from 'vitest'
import { openNatsOutbox } from '../../../../packages/relay/src/outbox/nats/nats.ts'
import { parseNatsUrl } from '../../../../packages/relay/src/outbox/nats/url.ts'
import { silentLog } from '../../../../packages/relay/src/telemetry/log.ts'
import { createTurnedClock } from '../../../support/turned-clock.ts'
import { freshProject, useNatsServer } from './nats-ground.ts'

const server = useNatsServer()

/** Relays on one outbox, each with keys of its own, the last one in use. */
const ground = () => {
  const [projectId, clock] = [freshProject(), createTurnedClock()]
  const open = async (keys: string[] | undefined) => {
    const outbox = await openNatsOutbox({
      settings: parseNatsUrl(`nats://${server().host}`),
      ...{ projectId, clock, log: silentLog },
      sealing: { keys: () => keys, keyInUse: () => keys?.at(-1) },
    })
    onTestFinished(() => outbox.close())
    return outbox
  }
  return { clock, open }
}

test('a relay without the key that the others use is refused, and told which', async () => {
  const { open } = ground()
  await open(['aaaaaaaa'])
  await expect(open(['bbbbbbbb'])).rejects.toThrow(/encrypt with key aaaaaaaa.*WMKT_KEY_FILE/)
  await expect(open(undefined)).rejects.toThrow('aaaaaaaa')
  await open(['aaaaaaaa', 'bbbbbbbb'])
  await expect(open(['aaaaaaaa'])).rejects.toThrow('bbbbbbbb')
})

test('a key that came into use while a relay runs is told to those who come', async () => {
  const { clock, open } = ground()
  const keys = ['aaaaaaaa']
  await open(keys)
  keys.push('bbbbbbbb')
  clock.turn(10_000)
  await expect.poll(() => open(['aaaaaaaa']).then(() => 'open', String)).toMatch(/encrypt with key bbbbbbbb/)
})

test('where nothing is encrypted nothing is asked', async () => {
  const { open } = ground()
  await open(undefined)
  await open(['aaaaaaaa'])
})
