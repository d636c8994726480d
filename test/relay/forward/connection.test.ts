import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../packages/relay/src/clock.ts'
import {
  type Connection,
  createConnection,
  createDial,
  type Dial,
} from '../../../packages/relay/src/forward/connection.ts'
import type { Outcome } from '../../../packages/relay/src/forward/outcome.ts'
import { listen } from '../../../packages/relay/src/http/listen.ts'

const REQUEST = { method: 'POST', path: '/', body: '{}' } as const
const real = createDial(10_000)

/** Asks one after the other. */
const askerOf = async (dial: Dial) => {
  const server = createServer((_, response) => response.end('{}'))
  const { url, close } = await listen(server, '127.0.0.1', 0)
  onTestFinished(() => close(0))
  const free: Connection[] = []
  const connection = createConnection({
    ...{ origin: url, dial, deadlineMs: 10_000, clock: systemClock },
    onEnded: (ended) => setImmediate(ended.tell),
    onFree: (one) => free.push(one),
  })
  onTestFinished(() => connection.close())
  const ask = (): Promise<Outcome> => new Promise((resolve) => connection.ask(REQUEST, resolve))
  return { ask, free }
}

// Of these undici's client believes, for good, that the request is still running.
test.each(['ERR_TLS_CERT_ALTNAME_INVALID', 'ECONNREFUSED'])(
  'all who ask while it cannot connect for %s are told, and once it can there are answers',
  async (code) => {
    let fails = true
    const refused = () => Object.assign(new Error('no connection'), { code })
    const connect: Dial['connect'] = (options, callback) =>
      fails ? queueMicrotask(() => callback(refused(), null)) : real.connect(options, callback)
    const { ask, free } = await askerOf({ ...real, connect })
    for (let call = 0; call < 3; call += 1)
      expect(await ask()).toMatchObject({ kind: 'failure', code, written: false })
    fails = false
    expect(await ask()).toMatchObject({ kind: 'answer', status: 200, body: '{}' })
    expect(await ask()).toMatchObject({ kind: 'answer', status: 200, body: '{}' })
    expect(free).toHaveLength(5)
  },
)

test('what is corked of a request waits for all of it', async () => {
  const server = createServer()
  const { url, close } = await listen(server, '127.0.0.1', 0)
  onTestFinished(() => close(0))
  const { hostname, host, port, protocol } = new URL(url)
  const socket = await new Promise<Socket>((resolve, reject) =>
    createDial(10_000).connect({ hostname, host, port, protocol }, (error, made) =>
      made ? resolve(made) : reject(error),
    ),
  )
  socket.cork()
  socket.write('head', 'latin1')
  socket.write(Buffer.from('body'))
  expect(socket.bytesWritten).toBe(0)
  socket.uncork()
  expect(socket.bytesWritten).toBe(8)
  expect(socket.writableCorked).toBe(0)
  socket.destroy()
})
