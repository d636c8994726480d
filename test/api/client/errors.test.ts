import { ApiError, createStaticToken, TransportError } from '@wmkt/api/client'
import { describe, expect, test } from 'vitest'
import { type Answer, json, startServer } from '../local-server.ts'
import { clientOn, rejectionOf } from './client-on.ts'

const ID = '0d9c2c4e-5f0b-4c39-9f0e-7f3f4a1f6f10'
const html: Answer = (_seen, res) => {
  res.writeHead(200, { 'content-type': 'text/html' }).end('<title>Sign in</title>')
}

const refused = async (answer: Answer): Promise<ApiError> => {
  const { client } = await clientOn(answer, { attempts: 1 })
  const error = await rejectionOf(client.getEvent({ id: ID }))
  if (!(error instanceof ApiError)) throw error
  return error
}

describe('an ApiError', () => {
  test.each([
    [400, 'bad-request'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [409, 'conflict'],
    [418, 'other'],
    [429, 'rate-limited'],
    [302, 'redirect'],
    [500, 'upstream'],
    [599, 'upstream'],
  ])('of a %i is %s', async (status, kind) => {
    expect(await refused(json(status, { statusCode: status, message: 'no' }))).toMatchObject({ status, kind })
  })

  test('holds the upstream’s words and the raw body', async () => {
    const body = {
      statusCode: 404,
      message: 'No storageKey matching field in this eventType',
      error: 'Not Found',
    }
    const error = await refused(json(404, body))
    expect(error.messages).toEqual(['No storageKey matching field in this eventType'])
    expect(error.message).toBe('getEvent: 404 No storageKey matching field in this eventType')
    expect(JSON.parse(error.body)).toEqual(body)
  })

  test('holds a list of messages as a list', async () => {
    const error = await refused(
      json(400, { statusCode: 400, message: ['a is bad', 'b too', 3], error: 'Bad Request' }),
    )
    expect(error.messages).toEqual(['a is bad', 'b too'])
  })

  test('keeps a body of another form raw', async () => {
    const error = await refused((_seen, res) => res.writeHead(502).end('<h1>Bad Gateway</h1>'))
    expect(error).toMatchObject({ kind: 'upstream', messages: [], body: '<h1>Bad Gateway</h1>' })
  })

  test('a success that is not JSON is none', async () => {
    expect(await refused(html)).toMatchObject({
      kind: 'not-json',
      status: 200,
      body: '<title>Sign in</title>',
    })
  })

  test('an empty success is none where the form is known', async () => {
    expect(await refused((_seen, res) => res.writeHead(200).end())).toMatchObject({ kind: 'not-json' })
  })

  test('a success of another form says what is missing, and keeps the body', async () => {
    const error = await refused(json(200, { _id: ID }))
    expect(error.kind).toBe('unexpected-body')
    expect(error.messages).toContain('/projectId: Expected required property')
    expect(JSON.parse(error.body)).toEqual({ _id: ID })
  })

  test('even where the form is unknown, a page of HTML is no success', async () => {
    const { client } = await clientOn(html)
    const error = await rejectionOf(client.createOfflineInteraction({ nodeData: { wmktId: 'w' } }))
    expect(error).toMatchObject({ kind: 'not-json' })
  })
})

describe('the token', () => {
  test('refused with 401 is renewed once, also for calls that are not repeated', async () => {
    const answer: Answer = (seen, res) =>
      seen.headers.authorization === 'Bearer token-2'
        ? json(200, {})(seen, res)
        : json(401, { statusCode: 401, message: 'Unauthorized' })(seen, res)
    const { client, server, renewed } = await clientOn(answer)
    await client.createOfflineInteraction({ nodeData: { wmktId: 'w' } })
    expect(renewed).toEqual(['token-1'])
    expect(server.seen).toHaveLength(2)
  })

  test('refused twice, is told as unauthorized', async () => {
    const { client, server, renewed } = await clientOn(
      json(401, { statusCode: 401, message: 'Unauthorized' }),
    )
    expect(await rejectionOf(client.getMe())).toMatchObject({
      kind: 'unauthorized',
      messages: ['Unauthorized'],
    })
    expect(renewed).toEqual(['token-1'])
    expect(server.seen).toHaveLength(2)
  })

  test('static and refused, leaves the 401 as the answer', async () => {
    const tokens = createStaticToken('opaque')
    const { client, server } = await clientOn(json(401, { statusCode: 401, message: 'Unauthorized' }), {
      tokens,
    })
    expect(await rejectionOf(client.getMe())).toMatchObject({ name: 'ApiError', kind: 'unauthorized' })
    expect(server.seen).toHaveLength(1)
  })

  test('never follows a redirect', async () => {
    const elsewhere = await startServer(json(200, { id: 'x' }))
    const { client } = await clientOn((_seen, res) => res.writeHead(307, { location: elsewhere.url }).end())
    expect(await rejectionOf(client.getMe())).toMatchObject({ kind: 'redirect', status: 307 })
    expect(elsewhere.seen).toHaveLength(0)
  })
})

describe('no answer', () => {
  test('a server that is not there is a network fault', async () => {
    const { client } = await clientOn(json(200, {}), { apiUrl: 'http://127.0.0.1:1/api', attempts: 1 })
    const error = await rejectionOf(client.getMe())
    expect(error).toBeInstanceOf(TransportError)
    expect(error).toMatchObject({ fault: 'network', message: 'http://127.0.0.1:1: ECONNREFUSED' })
  })

  test('silence ends at the deadline of the call', async () => {
    const { client } = await clientOn(() => {})
    expect(await rejectionOf(client.getMe({}, { deadlineMs: 60 }))).toMatchObject({ fault: 'deadline' })
  })

  test('an answer that begins and never ends does too', async () => {
    const { client } = await clientOn((_seen, res) => res.writeHead(200).write('{'))
    expect(await rejectionOf(client.getMe({}, { deadlineMs: 60 }))).toMatchObject({ fault: 'deadline' })
  })

  test('an abort ends the call at once, and is not repeated', async () => {
    const { client, server } = await clientOn(() => {})
    const controller = new AbortController()
    const call = rejectionOf(client.getMe({}, { signal: controller.signal }))
    await expect.poll(() => server.seen.length).toBe(1)
    const began = performance.now()
    controller.abort()
    expect(await call).toMatchObject({ fault: 'aborted' })
    expect(performance.now() - began).toBeLessThan(2000)
    expect(server.seen).toHaveLength(1)
  })

  test('an abort is told as one also by a call that is never repeated', async () => {
    const { client, server } = await clientOn(() => {})
    const controller = new AbortController()
    const input = { nodeData: { wmktId: 'w' } }
    const call = rejectionOf(client.createOfflineInteraction(input, { signal: controller.signal }))
    await expect.poll(() => server.seen.length).toBe(1)
    controller.abort()
    expect(await call).toMatchObject({ fault: 'aborted' })
  })

  test('a signal aborted beforehand sends nothing', async () => {
    const { client, server } = await clientOn(json(200, {}))
    expect(await rejectionOf(client.getMe({}, { signal: AbortSignal.abort() }))).toMatchObject({
      fault: 'aborted',
    })
    expect(server.seen).toHaveLength(0)
  })

  test('a token that never comes ends at the deadline too', async () => {
    const { tokens } = { tokens: { ...createStaticToken('x'), token: () => new Promise<string>(() => {}) } }
    const { client, server } = await clientOn(json(200, {}), { tokens })
    expect(await rejectionOf(client.getMe({}, { deadlineMs: 40 }))).toMatchObject({ fault: 'deadline' })
    expect(server.seen).toHaveLength(0)
  })
})
