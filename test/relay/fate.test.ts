import type { ForwardEnding } from '@wmkt/relay'
import { describe, expect, test, vi } from 'vitest'
import { createRelay } from '../../packages/relay/src/relay.ts'
import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { startRelay } from '../support/relay.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { createStaticTokens, respond, startUpstream } from '../support/upstream-stub.ts'

const KEY = 'open-sesame-for-servers'
const MAIL = 'mona@shop.example'

/** A relay before an API that takes what is no `bad…`, and says back what it refuses. */
const start = async (options: object = {}) => {
  const apiUrl = await startUpstream((nonce, body) =>
    nonce.startsWith('bad') ? respond(422, { message: `no ${body}` }) : respond(201, `"uuid-${nonce}"`),
  )
  const log = { ...silentLog, error: vi.fn() }
  const running = await startRelay({
    options: { apiUrl, serverKeys: [KEY], ...options },
    seams: { tokens: createStaticTokens(), log },
  })
  const look = (path: string, headers: Record<string, string> = { authorization: `Bearer ${KEY}` }) =>
    fetch(running.url + path, { headers })
  return { ...running, look, log }
}

describe('server code', () => {
  test('hears of each item when it is delivered, with its UUID, or buried, with the code', async () => {
    const { relay } = await start()
    const endings: ForwardEnding[] = []
    relay.on('ending', (ending) => void endings.push(ending))
    await relay.event('purchase', {}, { nonce: 'order-1' })
    await relay.event('purchase', {}, { nonce: 'bad-2' })
    await expect.poll(() => endings.length).toBe(2)
    const inOrder = endings.sort((a, b) => (a.nonce < b.nonce ? 1 : -1))
    const event = { kind: 'event', lane: 'event:purchase' }
    expect(inOrder).toEqual([
      { ...event, nonce: 'order-1', ending: 'delivered', upstreamId: 'uuid-order-1' },
      { ...event, nonce: 'bad-2', ending: 'buried', code: 'UPSTREAM_REJECTED' },
    ])
  })

  test('that throws on hearing it stops neither deliveries nor others who listen', async () => {
    const { relay, log } = await start()
    const heard = vi.fn()
    relay.on('ending', () => {
      throw new Error('a bug of the host')
    })
    relay.on('ending', () => Promise.reject(new Error('another one')))
    relay.on('ending', heard)
    for (const nonce of ['order-1', 'order-2']) await relay.event('purchase', {}, { nonce })
    await expect.poll(() => heard.mock.calls.length).toBe(2)
    expect(log.error).toHaveBeenCalledTimes(4)
  })

  test('asks what became of an item by its nonce, at any time while the relay runs', async () => {
    const { relay } = await start()
    await relay.event('purchase', { email: MAIL }, { nonce: 'order-1' })
    await relay.event('purchase', { email: MAIL }, { nonce: 'bad-2' })
    await expect
      .poll(() => relay.fate('order-1'))
      .toEqual({ state: 'delivered', upstreamId: 'uuid-order-1', deliveredAt: expect.any(Number) })
    await expect.poll(() => relay.fate('bad-2', 'event')).toMatchObject({ state: 'buried' })
    expect(JSON.stringify(await relay.fate('bad-2'))).not.toContain(MAIL)
    expect(await relay.fate('bad-2', 'interaction')).toBeUndefined()
    expect(await relay.fate('never-seen')).toBeUndefined()
    await relay.stop()
    await expect(relay.fate('order-1')).rejects.toMatchObject({ code: 'STOPPING' })
    const early = createRelay(
      { projectId: 'demo-shop', accessToken: 'a.b.c', dataDir: tempFolder('relay') },
      { log: silentLog },
    )
    await expect(early.fate('order-1')).rejects.toMatchObject({ code: 'STARTING' })
  })
})

describe('GET {base}/items/{nonce}', () => {
  test('tells a caller with a server key what became of an item', async () => {
    const { relay, look } = await start()
    await relay.event('purchase', { email: MAIL }, { nonce: 'order-1' })
    await relay.event('purchase', { email: MAIL }, { nonce: 'bad-2' })
    await expect
      .poll(async () => (await look('/items/order-1')).json())
      .toMatchObject({ state: 'delivered', upstreamId: 'uuid-order-1' })
    expect((await look('/items/order-1')).headers.get('cache-control')).toBe('no-store')
    const buried = async () => (await look('/items/bad-2?kind=event')).text()
    await expect.poll(buried).toContain('UPSTREAM_REJECTED')
    expect(await buried()).not.toContain(MAIL)
    const [unknown, wrong] = [await look('/items/never-seen'), await look('/items/a%20b')]
    expect([unknown.status, wrong.status]).toEqual([404, 400])
  })

  test.each<[string, Record<string, string>]>([
    ['no key', {}],
    ['another key', { authorization: 'Bearer open-sesame-for-others' }],
    ['a page, whatever key it bears', { origin: 'https://shop.test', authorization: `Bearer ${KEY}` }],
  ])('tells %s nothing', async (_, headers) => {
    const { relay, look } = await start({ allowedOrigins: ['https://shop.test'] })
    await relay.event('purchase', {}, { nonce: 'order-1' })
    const answer = await look('/items/order-1', headers)
    expect([answer.status, (await answer.json()).code]).toEqual([403, 'KEY_REFUSED'])
  })

  test('tells nobody anything where there are no keys', async () => {
    const { look } = await start({ serverKeys: [] })
    expect((await look('/items/order-1')).status).toBe(403)
    expect((await look('/items/order-1', {})).status).toBe(403)
  })

  test('counts each look as an item against the rate limit', async () => {
    const { look } = await start({ rateLimit: 2 })
    const statuses: number[] = []
    for (let n = 0; n < 3; n += 1) statuses.push((await look('/items/order-1')).status)
    expect(statuses).toEqual([404, 404, 429])
  })
})
