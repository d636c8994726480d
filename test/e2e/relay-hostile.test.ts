import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Child, startChild } from '../support/child.ts'
import { freePort } from '../support/free-port.ts'
import { type HostileRequest, hostileRequest, MARKED_ADDRESS, MARKER } from '../support/hostile-body.ts'
import { privateMiBOf } from '../support/memory-of.ts'
import { createSeeded } from '../support/seeded.ts'
import { SOAK } from '../support/soak-scale.ts'
import { ROOT } from '../support/sources.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** A relay in a process of its own, everything switched on that reads what strangers write, and no upstream. */
let relay: Child
let port: number
const agent = new Agent({ keepAlive: true, maxSockets: 16 })

beforeAll(async () => {
  port = await freePort()
  relay = startChild([join(ROOT, 'packages/relay/bin/wmkt-relay.js'), 'start'], {
    HOST: '127.0.0.1',
    PORT: String(port),
    WMKT_ADMIN_PORT: String(await freePort()),
    WMKT_PROJECT_ID: 'demo-shop',
    WMKT_ACCESS_TOKEN: 'a.b.c',
    WMKT_API_URL: 'http://127.0.0.1:9/api/v1',
    WMKT_DATA_DIR: tempFolder('hostile'),
    WMKT_INTERACTIONS: 'origins',
    WMKT_ALLOWED_ORIGINS: '*',
    WMKT_TRACKER_COOKIE_DOMAIN: 'shop.test',
    WMKT_TRUST_PROXY: '1',
    WMKT_RATE_LIMIT: '0',
    WMKT_LOG_LEVEL: 'trace',
  })
  await relay.saw(/public http/)
})
afterAll(() => relay.end())

type Answer = { status: number; text: string; headers: IncomingMessage['headers'] }

const post = ({ headers, body }: HostileRequest): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(
      { agent, port, host: '127.0.0.1', path: '/collect', method: 'POST', headers },
      (res) => {
        const chunks: Buffer[] = []
        res.on('data', (chunk: Buffer) => chunks.push(chunk))
        res.on('end', () =>
          resolve({ status: res.statusCode ?? 0, text: String(Buffer.concat(chunks)), headers: res.headers }),
        )
      },
    )
    sent.on('error', reject).end(body)
  })
const isWell = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200

test(`hostile bodies get no 5xx, no trace, and no memory (seed ${SOAK.seed})`, async () => {
  const random = createSeeded(SOAK.seed)
  const statuses = new Map<number, number>()
  const odd: string[] = []
  const attack = async (count: number) => {
    let left = count
    const work = async () => {
      while (left-- > 0) {
        const hostile = hostileRequest(random)
        const { status, text } = await post(hostile)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (status >= 500 || status < 200 || /\n\s+at |node_modules|\.ts:/.test(text))
          odd.push(`${status} ${text}`)
      }
    }
    await Promise.all(Array.from({ length: 16 }, work))
  }
  await attack(Math.floor(SOAK.bodies / 2))
  const before = privateMiBOf(relay.pid)
  await attack(Math.ceil(SOAK.bodies / 2))
  const grown = privateMiBOf(relay.pid) - before
  console.log(
    `${SOAK.bodies} bodies: ${JSON.stringify([...statuses])}, private memory ${Math.round(before)} MiB +${Math.round(grown)}`,
  )
  expect(odd).toEqual([])
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([202, 400, 415]))
  // Chance now and then makes a body beyond 1 MiB (seed 183747 does): 413 is its documented answer.
  expect([...statuses.keys()].filter((status) => ![202, 400, 413, 415].includes(status))).toEqual([])
  expect(grown).toBeLessThan(64)
  expect(await isWell()).toBe(true)
})

test('bombs of gzip are refused at the limit, for the memory of the limit', async () => {
  const bomb = gzipSync(Buffer.alloc(256 << 20))
  const before = privateMiBOf(relay.pid)
  for (let i = 0; i < 30; i += 1) {
    const { status } = await post({ headers: { 'content-encoding': 'gzip' }, body: bomb })
    expect(status).toBe(413)
  }
  expect(privateMiBOf(relay.pid) - before).toBeLessThan(64)
})

test('of bodies that all stop a byte short the oldest make room, and whoever is honest is served', async () => {
  const before = privateMiBOf(relay.pid)
  const start = 'POST /collect HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n'
  const short = Array.from({ length: 200 }, () => bare(start + ' '.repeat(1_048_575)))
  const early = await Promise.all(short.slice(0, 100))
  for (const { heard } of early) expect(heard).toContain('others need its room')
  const body = '{"items":[{"kind":"event","nonce":"in-between","eventType":"lead","data":{}}]}'
  expect((await post({ headers: {}, body: Buffer.from(body) })).status).toBe(202)
  expect(privateMiBOf(relay.pid) - before).toBeLessThan(256)
})

/** Writes bytes as they are; resolves with all that came back once the connection has ended. */
const bare = (
  bytes: string,
  drip?: { text: string; everyMs: number },
): Promise<{ heard: string; tookMs: number }> =>
  new Promise((resolve) => {
    const began = Date.now()
    const socket = connect(port, '127.0.0.1')
    // Now and not once connected: where connecting takes its time, a drip would come before it.
    socket.write(bytes, 'latin1')
    const dripping = drip && setInterval(() => socket.write(drip.text), drip.everyMs)
    let heard = ''
    socket.setEncoding('latin1').on('data', (text: string) => (heard += text))
    socket
      .on('error', () => {})
      .on('close', () => {
        clearInterval(dripping)
        resolve({ heard, tookMs: Date.now() - began })
      })
  })

test('those who drip headers or bodies are cut off, and keep nobody waiting meanwhile', {
  timeout: 40_000,
}, async () => {
  const start = 'POST /collect HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n'
  const drip = { text: 'x', everyMs: 250 }
  const headers = Array.from({ length: 100 }, () => bare(`${start}X-Drip: `, drip))
  const bodies = Array.from({ length: 100 }, () => bare(`${start}Content-Length: 1000000\r\n\r\n`, drip))
  let cutOff = 0
  for (const one of [...headers, ...bodies]) one.then(() => (cutOff += 1))
  for (let i = 0; i < 20; i += 1) {
    const body = `{"items":[{"kind":"event","nonce":"calm-${i}","eventType":"lead","data":{}}]}`
    expect((await post({ headers: {}, body: Buffer.from(body) })).status).toBe(202)
  }
  expect(cutOff).toBe(0)
  for (const { heard, tookMs } of await Promise.all([...headers, ...bodies])) {
    expect(heard).toMatch(/^HTTP\/1\.1 408 /)
    expect(tookMs).toBeLessThan(15_000)
  }
})

test.each([
  ['a line feed in a header', 'Origin: https://a.test\nX-Injected: 1\r\n'],
  ['a folded header', 'Origin: https://a.test\r\n X-Injected: 1\r\n'],
  ['a carriage return alone', 'Origin: https://a.test\rX-Injected: 1\r\n'],
  ['an encoded line break in the tracker cookie', 'Cookie: ndrstnd=a%0d%0aX-Injected:%201\r\n'],
  ['a NUL in the tracker cookie', 'Cookie: ndrstnd=a\0X-Injected: 1\r\n'],
  ['bytes beyond ASCII in the tracker cookie', 'Cookie: ndrstnd=\xe9\xff; wmkt_seen=\xe9\r\n'],
  ['two lengths', 'Content-Length: 5\r\n'],
  ['a length and chunks', 'Transfer-Encoding: chunked\r\n'],
])('nothing can be injected into the answer by %s', async (_, header) => {
  const body =
    '{"consent":"granted","items":[{"kind":"event","nonce":"inject","eventType":"lead","data":{}}]}'
  const head = `POST /collect HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n`
  const { heard } = await bare(`${head}${header}Content-Length: ${body.length}\r\n\r\n${body}`)
  const [top = ''] = heard.split('\r\n\r\n')
  expect(top).toMatch(/^HTTP\/1\.1 (202|400)/)
  expect(top).not.toMatch(/^x-injected/im)
  expect(top).not.toMatch(/set-cookie/i)
})

test('nothing of all that is in the log: no line forged, no personal data, no address', () => {
  const output = relay.output()
  expect(output).not.toContain(MARKER)
  expect(output).not.toContain(MARKED_ADDRESS)
  const forged = output.split('\n').filter((line) => line !== '' && !/^(\{.*\}|wmkt-relay: .*)$/.test(line))
  expect(forged).toEqual([])
})
