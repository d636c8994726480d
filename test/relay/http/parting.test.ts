import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import express, { type Express } from 'express'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createAppServer } from '../../../packages/relay/src/http/app-server.ts'
import { listen } from '../../../packages/relay/src/http/listen.ts'

const HEAD = 'POST / HTTP/1.1\r\nHost: x\r\n'

/** A server whose app answers before it has the body, and hangs up; `accepted` is its end of the connection. */
const rig = async (
  app: Express = express().use((_req, res) => void res.set('Connection', 'close').end('late')),
) => {
  const server = createAppServer(app)
  const accepted = once(server, 'connection').then(([socket]) => socket as Socket)
  const listener = await listen(server, '127.0.0.1', 0)
  onTestFinished(() => listener.close(100))
  // A peer that has heard our end, and does not close.
  const client = connect({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void client.destroy())
  return { client, accepted }
}

/** Goes on sending after the server has said its last, without a look at what it said; resolves to that. */
const talkOn = async (client: Socket, accepted: Promise<Socket>): Promise<string> => {
  let heard = ''
  client.on('error', () => {}).pause()
  const server = await accepted
  if (!server.writableFinished) await once(server, 'finish')
  for (let i = 0; i < 5; i += 1) {
    client.write('x'.repeat(100))
    await new Promise(setImmediate)
  }
  client.setEncoding('latin1').on('data', (text: string) => {
    heard += text
  })
  client.on('end', () => client.end()).resume()
  await once(client, 'close')
  return heard
}

test.each([
  [
    'an answer before the end of the body',
    `${HEAD}Content-Length: 100000\r\n\r\nx`,
    /^HTTP\/1\.1 200 [\s\S]*late$/,
  ],
  [
    'what is no request',
    `${HEAD}No header\r\n\r\n`,
    /^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n\r\n$/,
  ],
  ['headers that are too large', `${HEAD}X: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
])('%s is heard by a sender that has not done sending', async (_, bytes, answer) => {
  const { client, accepted } = await rig()
  client.write(bytes)
  expect(await talkOn(client, accepted)).toMatch(answer)
})

test('who neither closes nor stops sending is cut off when the time is up, and not before', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { client, accepted } = await rig()
  client
    .on('error', () => {})
    .resume()
    .write(`${HEAD}Content-Length: 100000\r\n\r\nx`)
  const server = await accepted
  await once(client, 'end')
  vi.advanceTimersByTime(1_999)
  client.write('more')
  await once(server, 'data')
  vi.advanceTimersByTime(1)
  await once(server, 'close')
})

test('who closes when told is gone at once', async () => {
  // No time passes: what closes is the peer.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { client, accepted } = await rig()
  client
    .on('end', () => client.end())
    .resume()
    .write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await once(await accepted, 'close')
  expect(vi.getTimerCount()).toBe(0)
})

test('a request that follows the last answer is not taken', async () => {
  let taken = 0
  const app = express().use((_req, res) => {
    taken += 1
    res.set('Connection', 'close').end()
  })
  const { client, accepted } = await rig(app)
  client.write(`${HEAD}Content-Length: 1\r\n\r\nx`)
  const server = await accepted
  await once(server, 'finish')
  client
    .on('end', () => client.end())
    .resume()
    .write(`${HEAD}Content-Length: 1\r\n\r\nx`)
  await once(server, 'close')
  expect(taken).toBe(1)
})

test('nothing is written into an answer that is on its way', async () => {
  const { client } = await rig(express().use((_req, res) => void res.write('half an answer')))
  let heard = ''
  client.setEncoding('latin1').on('data', (text: string) => {
    heard += text
    if (text.includes('half an answer')) client.write('no request\r\n\r\n')
  })
  client.on('error', () => {}).write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(client, 'end')
  expect(heard.match(/HTTP\/1\.1/g)).toHaveLength(1)
})
