import { expect, test, vi } from 'vitest'
import { systemClock } from '../../packages/relay/src/clock.ts'
import { type LocalOutbox, OutboxFailed } from '../../packages/relay/src/outbox/outbox.ts'
import { createRelay } from '../../packages/relay/src/relay.ts'
import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { createMemoryOutbox } from '../support/memory-outbox.ts'
import { startRelay } from '../support/relay.ts'
import { tempFolder } from '../support/temp-folder.ts'

const memory = (): LocalOutbox => createMemoryOutbox({ clock: systemClock })
const body = '{"items":[{"kind":"event","nonce":"n1","eventType":"lead","data":{}}]}'
const post = (url: string) => fetch(`${url}/collect`, { method: 'POST', body })

/** An outbox whose puts wait until they are let through. */
const slow = () => {
  const inner = memory()
  let letThrough = () => {}
  const gate = new Promise<void>((resolve) => (letThrough = resolve))
  const put: LocalOutbox['put'] = async (intake) => {
    await gate
    return inner.put(intake)
  }
  const close = vi.fn(inner.close)
  return { outbox: { ...inner, put, close }, letThrough: () => letThrough(), close }
}

test('a stop with a batch inside lets it through, and closes the outbox after it', async () => {
  const { outbox, letThrough, close } = slow()
  const { relay, url } = await startRelay({ outbox })
  const inside = post(url)
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200)
  const late = relay.event('lead', {}).catch(() => 'refused')
  const stopped = relay.stop()
  expect((await post(url)).status).toBe(503)
  expect(close).not.toHaveBeenCalled()
  letThrough()
  expect((await inside).status).toBe(202)
  await stopped
  expect(await late).toMatchObject({ duplicate: false })
  expect(close).toHaveBeenCalledOnce()
})

test('a stop that is asked for again and again, with a batch inside, is one stop, and ends', async () => {
  const { outbox, letThrough, close } = slow()
  const { relay } = await startRelay({ outbox })
  const inside = relay.event('lead', {})
  const stops = [relay.stop()]
  for (let i = 0; i < 3; i += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    stops.push(relay.stop())
  }
  letThrough()
  await inside
  await Promise.all(stops)
  expect(close).toHaveBeenCalledOnce()
})

test('a failed disk is told as fatal once, nothing more is accepted, and the process lives on', async () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  const put = () => Promise.reject(new OutboxFailed('EIO'))
  const { relay, url } = await startRelay({ outbox: { ...memory(), put } })
  const [early, late] = [vi.fn(), vi.fn()]
  relay.on('fatal', early)
  expect([(await post(url)).status, (await post(url)).status]).toEqual([503, 503])
  expect(early).toHaveBeenCalledOnce()
  expect(early).toHaveBeenCalledWith(expect.any(OutboxFailed))
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  expect((await fetch(`${url}/livez`)).status).toBe(200)
  relay.on('fatal', late)
  expect(late).toHaveBeenCalledOnce()
  expect(exit).not.toHaveBeenCalled()
  exit.mockRestore()
})

test('a failure that the outbox finds by itself is told as fatal too', async () => {
  let fail = (_: unknown) => {}
  const relay = createRelay(
    {
      projectId: 'demo-shop',
      accessToken: 'a.b.c',
      dataDir: tempFolder('relay'),
      validation: 'off',
      settlement: false,
    },
    {
      log: silentLog,
      openOutbox: async (onFatal) => {
        fail = onFatal
        return memory()
      },
    },
  )
  const heard = vi.fn()
  relay.on('fatal', heard)
  await relay.start()
  fail(new Error('a commit failed'))
  fail(new Error('and another'))
  expect(heard).toHaveBeenCalledOnce()
  await expect(relay.event('lead', {})).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  await relay.stop()
})

test('a start that fails says why to each who asks, and leaves nothing open', async () => {
  const openOutbox = vi.fn(() => Promise.reject(new Error('owned by process 7')))
  const relay = createRelay(
    {
      projectId: 'demo-shop',
      accessToken: 'a.b.c',
      dataDir: tempFolder('relay'),
      validation: 'off',
      settlement: false,
    },
    { log: silentLog, openOutbox },
  )
  await expect(relay.start()).rejects.toThrow('owned by process 7')
  await expect(relay.start()).rejects.toThrow('owned by process 7')
  expect(openOutbox).toHaveBeenCalledOnce()
  await relay.stop()
})

test('a relay that was stopped does not start any more', async () => {
  const openOutbox = vi.fn(async () => memory())
  const relay = createRelay(
    {
      projectId: 'demo-shop',
      accessToken: 'a.b.c',
      dataDir: tempFolder('relay'),
      validation: 'off',
      settlement: false,
    },
    { log: silentLog, openOutbox },
  )
  await relay.stop()
  await expect(relay.start()).rejects.toThrow('stopped')
  expect(openOutbox).not.toHaveBeenCalled()
})

test('a tracker cookie that holds no tracker ID is said once, without what it holds', async () => {
  const warn = vi.fn()
  const { url } = await startRelay({ seams: { log: { ...silentLog, warn } } })
  for (let i = 0; i < 3; i += 1)
    await fetch(`${url}/collect`, { method: 'POST', body, headers: { cookie: 'ndrstnd=odd value' } })
  const said = warn.mock.calls.filter((call) => JSON.stringify(call).includes('WMKT_TRACKER_PATTERN'))
  expect(said).toHaveLength(1)
  expect(JSON.stringify(said)).not.toContain('odd value')
})
