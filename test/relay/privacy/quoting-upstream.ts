import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import { listen } from '../../../packages/relay/src/http/listen.ts'
import { eventType, field } from '../../support/schema-facts.ts'

type Posted = { nonce?: string; eventType?: string; data?: Record<string, unknown> }

/** Texts, so that the upstream alone says no to them. */
const FIELDS = [
  field('email', 'string', { isPii: true }),
  field('phone', 'string', { isPii: true }),
  field('name', 'string', { optional: false }),
]
const TYPES = ['lead', 'refused', 'trashed', 'lost'].map((name) => eventType(name, FIELDS))

/** The same words, written in every way an upstream may choose. */
const quoted = (data: unknown): string =>
  [
    JSON.stringify(data),
    encodeURIComponent(JSON.stringify(data)),
    String(JSON.stringify(data)).toUpperCase(),
  ].join(' or ')

/** An API that knows four event types, says back what it was sent, and throws away what is to be thrown away. */
export const startQuotingUpstream = async (): Promise<{ url: string; trashed: Posted[] }> => {
  const trashed: Posted[] = []
  let doubts = 0
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    const { status, answer } = req.method === 'POST' ? take(body) : read(req.url ?? '')
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  const take = (body: string) => {
    const posted: Posted = JSON.parse(body)
    if (posted.eventType === undefined) return doubted(posted)
    if (posted.eventType === 'lost') return { status: 404, answer: { message: quoted(posted.data) } }
    if (posted.eventType === 'refused')
      return { status: 422, answer: { message: `no ${quoted(posted.data)}` } }
    if (posted.eventType === 'trashed') trashed.push(posted)
    return { status: 201, answer: `id-${posted.nonce}` }
  }
  /** Interactions: some end in doubt. */
  const doubted = (posted: Posted) => {
    doubts += 1
    return { status: doubts > 9 ? 422 : 500, answer: { message: `no ${quoted(posted)}` } }
  }
  const read = (url: string) => {
    const { pathname, searchParams } = new URL(url, 'http://upstream')
    const all = pathname.endsWith('/event-types')
      ? TYPES
      : pathname.endsWith('/trashed-events')
        ? trashed.map(thrown)
        : []
    const offset = Number(searchParams.get('offset') ?? 0)
    const data = all.slice(offset, offset + Number(searchParams.get('limit') ?? 50))
    return { status: 200, answer: { data, total: all.length, offset, limit: 50 } }
  }
  const listener = await listen(server, '127.0.0.1', 0)
  onTestFinished(() => listener.close(0))
  return { url: `${listener.url}/api/v1`, trashed }
}

const thrown = ({ nonce, eventType: type, data }: Posted) => ({
  ...{ _id: `id-${nonce}`, projectId: 'demo-shop', nonce, eventType: type, data },
  errors: [{ field: 'email', message: `not one: ${quoted(data)}` }, `nor is ${String(data?.email)}`],
  createdAt: new Date().toISOString(),
})
