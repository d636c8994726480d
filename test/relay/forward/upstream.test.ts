import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../packages/relay/src/clock.ts'
import { MAX_ANSWER_BYTES } from '../../../packages/relay/src/forward/outcome.ts'
import { createUpstream } from '../../../packages/relay/src/forward/upstream.ts'
import { createRig, event, interaction } from './rig.ts'

const portOf = (server: { address(): AddressInfo | string | null }): number => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return address.port
}

const serve = async (listener: RequestListener): Promise<Server> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

const wireTo = (port: number, deadlineMs = 10_000, path = '/api/v1') => {
  // One connection, so that the second call comes over the first one's.
  const apiUrl = new URL(`http://127.0.0.1:${port}${path}`)
  const upstream = createUpstream({ apiUrl, concurrency: 1, deadlineMs, clock: systemClock })
  onTestFinished(() => upstream.close())
  return upstream
}

const post = { method: 'POST', path: '/events', body: '{}' } as const

describe('an answer', () => {
  test('comes with status, body and Retry-After, for a request under the base path', async () => {
    const server = await serve((request, response) => {
      response.writeHead(429, { 'retry-after': '7' })
      response.end(
        `${request.method} ${request.url} ${request.headers.authorization} ${request.headers['content-type']}`,
      )
    })
    expect(await wireTo(portOf(server), 10_000, '/api/v1/').call(post, 'secret')).toMatchObject({
      kind: 'answer',
      status: 429,
      body: 'POST /api/v1/events Bearer secret application/json',
      retryAfter: '7',
    })
  })

  test('is told once, even when its connection is cut for the length of it', async () => {
    const server = await serve((_, response) => {
      response.on('error', () => {})
      const more = () => {
        while (!response.destroyed) if (!response.write(Buffer.alloc(262_144, 'x'))) break
      }
      response.on('drain', more)
      more()
    })
    const upstream = wireTo(portOf(server))
    const told: string[] = []
    await new Promise<void>((resolve) =>
      upstream.ask(post, 't', ({ kind }) => {
        told.push(kind)
        resolve()
      }),
    )
    await upstream.close()
    expect(told).toEqual(['answer'])
  })

  test('that redirects is an answer: the credential goes nowhere else', async () => {
    let visited = false
    const other = await serve((_, response) => {
      visited = true
      response.end()
    })
    const server = await serve((_, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${portOf(other)}/` }).end()
    })
    expect(await wireTo(portOf(server)).call(post, 't')).toMatchObject({ kind: 'answer', status: 307 })
    expect(visited).toBe(false)
  })

  test('too long is kept in part, drained, and the connection used again', async () => {
    const sockets = new Set<unknown>()
    const server = await serve((request, response) => {
      sockets.add(request.socket)
      response.end('x'.repeat(10 * MAX_ANSWER_BYTES))
    })
    const wire = wireTo(portOf(server))
    for (let call = 0; call < 3; call += 1) {
      const outcome = await wire.call(post, 't')
      expect(outcome.kind === 'answer' && outcome.body.length).toBe(MAX_ANSWER_BYTES)
    }
    expect(sockets.size).toBe(1)
  })

  test('without end is cut, and is an answer all the same', async () => {
    const server = await serve((_, response) => {
      response.writeHead(400)
      const pour = () => void (response.writable && response.write('x'.repeat(100_000), pour))
      pour()
    })
    expect(await wireTo(portOf(server)).call(post, 't')).toMatchObject({ kind: 'answer', status: 400 })
  })
})

describe('more calls than connections', () => {
  test('wait for one to be free, and come over it in their order', async () => {
    const sockets = new Set<unknown>()
    const seen: unknown[] = []
    const server = await serve((request, response) => {
      sockets.add(request.socket)
      seen.push(request.url)
      response.end('{}')
    })
    const wire = wireTo(portOf(server))
    const paths = ['/1', '/2', '/3', '/4']
    const outcomes = await Promise.all(paths.map((path) => wire.call({ ...post, path }, 't')))
    expect(outcomes.map(({ kind }) => kind)).toEqual(['answer', 'answer', 'answer', 'answer'])
    expect(seen).toEqual(paths.map((path) => `/api/v1${path}`))
    expect(sockets.size).toBe(1)
  })

  test('end as failures when the wire is closed, of which those that waited were not written', async () => {
    const begun: unknown[] = []
    const server = await serve((request) => begun.push(request.url))
    const wire = wireTo(portOf(server))
    const calls = Promise.all([1, 2, 3].map(() => wire.call(post, 't')))
    await expect.poll(() => begun.length).toBe(1)
    await wire.close()
    expect((await calls).map((outcome) => outcome.kind === 'failure' && outcome.written)).toEqual([
      true,
      false,
      false,
    ])
  })
})

describe('no answer', () => {
  test('because nobody listens: nothing was written', async () => {
    const server = await serve(() => {})
    const port = portOf(server)
    await new Promise((resolve) => server.close(resolve))
    expect(await wireTo(port).call(post, 't')).toMatchObject({
      kind: 'failure',
      code: 'ECONNREFUSED',
      written: false,
    })
  })

  test('because the name is unknown: nothing was written', async () => {
    const apiUrl = new URL('http://nowhere.invalid/api/v1')
    const upstream = createUpstream({ apiUrl, concurrency: 1, deadlineMs: 1_000, clock: systemClock })
    expect(await upstream.call(post, 't')).toMatchObject({ kind: 'failure', written: false })
    await upstream.close()
  })

  test('because a fresh connection was reset: it may have been written', async () => {
    const server = await serve((request) => void request.socket.resetAndDestroy())
    expect(await wireTo(portOf(server)).call(post, 't')).toMatchObject({
      kind: 'failure',
      written: true,
      staleSocket: false,
    })
  })

  test('because TLS was refused: nothing was written', async () => {
    const server = createSocketServer((socket) => void socket.end('no TLS here'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const apiUrl = new URL(`https://127.0.0.1:${portOf(server)}/api/v1`)
    const upstream = createUpstream({ apiUrl, concurrency: 1, deadlineMs: 1_000, clock: systemClock })
    expect(await upstream.call(post, 't')).toMatchObject({ kind: 'failure', written: false })
    await upstream.close()
  })

  test.each(['resetAndDestroy', 'destroy'] as const)(
    'because a used connection met %s: it was stale',
    async (how) => {
      const server = await serve((request, response) => {
        request.resume()
        if (request.url?.endsWith('/cut')) request.socket[how]()
        else response.end('{}')
      })
      const wire = wireTo(portOf(server))
      await wire.call(post, 't')
      expect(await wire.call({ ...post, path: '/cut' }, 't')).toMatchObject({
        kind: 'failure',
        written: true,
        staleSocket: true,
      })
    },
  )

  test('within the deadline: it may have been written', async () => {
    const server = await serve(() => {})
    const outcome = await wireTo(portOf(server), 100).call(post, 't')
    expect(outcome).toMatchObject({
      kind: 'failure',
      code: 'UND_ERR_HEADERS_TIMEOUT',
      written: true,
      staleSocket: false,
    })
  })

  test('but drops, drop by drop', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    })
    expect(await wireTo(portOf(server), 100).call(post, 't')).toMatchObject({
      kind: 'failure',
      code: 'ANSWER_TOO_SLOW',
    })
  })

  test('because the wire was closed meanwhile', async () => {
    const server = await serve(() => {})
    const wire = wireTo(portOf(server))
    const outcome = wire.call(post, 't')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await wire.close()
    expect(await outcome).toMatchObject({ kind: 'failure', written: true })
    expect(await wire.call(post, 't')).toMatchObject({ kind: 'failure', written: false })
  })

  test('because the wire was closed before it had a connection', async () => {
    let seen = 0
    const server = await serve((_, response) => {
      seen += 1
      response.end('{}')
    })
    const wire = wireTo(portOf(server))
    await wire.close()
    expect(await wire.call(post, 't')).toMatchObject({ kind: 'failure', written: false })
    expect(seen).toBe(0)
  })
})

describe('a connection that went stale', () => {
  test('costs an event nothing: it is repeated at once, without the clock moving', async () => {
    const rig = await createRig()
    rig.upstream.script('second', [{ cut: 'after-reading' }])
    rig.forwarder.start()
    await rig.put(event('first'))
    await rig.run(0)
    await rig.put(event('second'))
    await rig.run(0)
    expect(rig.outbox.ledger()).toMatchObject({ delivered: 2, held: 0 })
    expect(rig.upstream.seen.map(({ key }) => key)).toEqual(['first', 'second', 'second'])
  })

  test('is repeated at once only once', async () => {
    const rig = await createRig()
    rig.upstream.script('second', [{ cut: 'after-reading' }, { cut: 'after-reading' }])
    rig.forwarder.start()
    await rig.put(event('first'))
    await rig.run(0)
    await rig.put(event('second'))
    await rig.run(0)
    expect(rig.upstream.seen).toHaveLength(3)
    expect(rig.outbox.fate('second')).toMatchObject({ state: 'held', attempts: 1 })
  })

  test('leaves an interaction in doubt', async () => {
    const rig = await createRig()
    rig.upstream.script('i1', [{ cut: 'after-reading' }])
    rig.forwarder.start()
    await rig.put(event('first'))
    await rig.run(0)
    await rig.put(interaction('i1'))
    await rig.run(0)
    expect(rig.outbox.fate('i1')).toMatchObject({ state: 'buried', code: 'IN_DOUBT' })
    expect(rig.upstream.seen).toHaveLength(2)
  })
})
