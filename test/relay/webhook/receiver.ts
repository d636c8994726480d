import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import { listen } from '../../../packages/relay/src/http/listen.ts'

export const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ....').toString('base64')}`
const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64')

type Told = { nonce: string; eventType?: string; upstreamId?: string; deliveredAt: number }
export type Message = {
  id: string
  path: string
  body: string
  /** Only of what is signed as it has to be, at this time. */
  isSigned: boolean
  events: Told[]
}
export type Answer = { status: number; headers?: Record<string, string> } | 'hang' | 'cut'

/** Somebody who is told of deliveries, on a real socket. Ends with the test. */
export const startReceiver = async (port = 0) => {
  const messages: Message[] = []
  const receiver = {
    messages,
    answer: (_message: Message): Answer => ({ status: 204 }),
    /** Nonces of what was taken, in order, with repeats. */
    taken: [] as string[],
    url: '',
    stop: async () => {},
  }
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    const header = (name: string) => String(req.headers[name] ?? '')
    const [id, timestamp] = [header('webhook-id'), header('webhook-timestamp')]
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
    const isNow = Math.abs(Date.now() / 1_000 - Number(timestamp)) < 300
    const isSigned = isNow && header('webhook-signature') === `v1,${signature}`
    const events: Told[] = JSON.parse(body).data.events
    const message = { id, path: req.url ?? '', body, isSigned, events }
    messages.push(message)
    const answer = receiver.answer(message)
    if (answer === 'hang') return
    if (answer === 'cut') return void res.destroy()
    if (answer.status < 300) receiver.taken.push(...message.events.map(({ nonce }) => nonce))
    res.writeHead(answer.status, answer.headers).end('{"ok":true}')
  })
  const listener = await listen(server, '127.0.0.1', port)
  receiver.url = `${listener.url}/hook?shop=7`
  receiver.stop = () => listener.close(0)
  onTestFinished(() => listener.close(0))
  return receiver
}
