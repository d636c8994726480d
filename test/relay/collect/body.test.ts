import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readBody } from '../../../packages/relay/src/collect/body.ts'
import { createGathering } from '../../../packages/relay/src/collect/gathering.ts'
import { createUnfinished } from '../../../packages/relay/src/collect/unfinished.ts'
import { listen } from '../../../packages/relay/src/http/listen.ts'
import { Problem } from '../../../packages/relay/src/http/problem.ts'
import { eventually } from '../../support/eventually.ts'
import { createManualClock } from '../../support/manual-clock.ts'

test('what is gathered is what came, however it was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 60 }), (pieces) => {
      const gathering = createGathering()
      for (const piece of pieces) gathering.add(Buffer.from(piece))
      expect(gathering.whole()).toEqual(Buffer.concat(pieces))
      expect(gathering.bytes()).toBe(Buffer.concat(pieces).length)
    }),
  )
})

test('half a million pieces of a byte take the room of a body, not of half a million buffers', () => {
  const gathering = createGathering()
  const piece = Buffer.from(' ')
  for (let left = 500_000; left > 0; left -= 1) gathering.add(piece)
  expect(gathering.whole()).toHaveLength(500_000)
  expect(gathering.whole().buffer.byteLength).toBeLessThanOrEqual(1_048_576)
})

test('a piece that stays alone is not copied, and none is written into', () => {
  const [first, second] = [Buffer.from('abc'), Buffer.from('def')]
  const alone = createGathering()
  alone.add(first)
  expect(alone.whole().buffer).toBe(first.buffer)
  alone.add(second)
  expect([String(first), String(second), String(alone.whole())]).toEqual(['abc', 'def', 'abcdef'])
})

test('beyond the room for all, those longest on their way are cut, and no more than need be', () => {
  const cut: string[] = []
  const unfinished = createUnfinished(100)
  const enter = (name: string) => {
    const body = unfinished.enter(() => {
      cut.push(name)
      body.leave()
    })
    return body
  }
  const [a, b, c] = [enter('a'), enter('b'), enter('c')]
  a.add(40)
  b.add(40)
  c.add(20)
  expect(cut).toEqual([])
  c.add(30)
  expect([cut, unfinished.bytes()]).toEqual([['a'], 90])
  b.leave()
  b.leave()
  expect(unfinished.bytes()).toBe(50)
  enter('d').add(101)
  expect([cut, unfinished.bytes()]).toEqual([['a', 'c', 'd'], 0])
})

describe('over the wire', () => {
  const unfinished = createUnfinished(10_000)
  const clock = createManualClock()
  const limits = { maxBytes: 8_000, timeoutMs: 5_000, clock, unfinished }

  /** A server that reads bodies with room for 10,000 bytes of unfinished ones; tells how each ended. */
  const start = async (before: (req: IncomingMessage) => Promise<unknown> = async () => {}) => {
    const ended: string[] = []
    const server = createServer(async (req, res) => {
      await before(req)
      const reading = async () => readBody(req, limits)
      const said = await reading().then(
        (body) => String(body.length),
        (error) => (error instanceof Problem ? `${error.code} ${error.message}` : String(error)),
      )
      ended.push(said)
      res.end(said)
    })
    const listener = await listen(server, '127.0.0.1', 0)
    onTestFinished(() => listener.close(0))
    const post = async (announced: number, sent: number): Promise<Socket> => {
      const socket = connect(listener.port, '127.0.0.1').on('error', () => {})
      onTestFinished(() => void socket.destroy())
      await once(socket, 'connect')
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${announced}\r\n\r\n${'x'.repeat(sent)}`)
      return socket
    }
    return { ended, post }
  }

  test('the oldest of too many unfinished bodies is told, and the others may go on', async () => {
    const { ended, post } = await start()
    await post(8_000, 4_000)
    await eventually(() => expect(unfinished.bytes()).toBe(4_000))
    const second = await post(8_000, 4_000)
    await eventually(() => expect(unfinished.bytes()).toBe(8_000))
    await post(4_000, 4_000)
    await eventually(() => expect(ended).toEqual(['4000']))
    const third = await post(8_000, 4_000)
    await eventually(() =>
      expect(ended).toEqual(['4000', 'BODY_TOO_SLOW not complete, and others need its room']),
    )
    second.write('x'.repeat(4_000))
    third.write('x'.repeat(4_000))
    await eventually(() => expect(ended.slice(2)).toEqual(['8000', '8000']))
    expect(unfinished.bytes()).toBe(0)
  })

  test('a body whose sender has gone while a host took its time is waited for by nobody', async () => {
    const { ended, post } = await start(
      (req) => new Promise((resolve) => req.on('error', () => {}).on('close', resolve)),
    )
    const socket = await post(10, 5)
    socket.destroy()
    await eventually(() => expect(ended).toEqual(['BODY_CUT the connection ended before the body did']))
    expect(clock.nextAt()).toBeUndefined()
  })
})
