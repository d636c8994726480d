import { createServer } from 'node:http'
import { createStaticToken } from '@wmkt/api/client'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../../packages/relay/src/http/listen.ts'
import { createSchemaReader } from '../../../packages/relay/src/schema/read-upstream.ts'
import { eventType } from '../../support/schema-facts.ts'

/** An API that hands out three event types a page at most, whatever it is asked, and tells of its project or does not. */
const startApi = async (references: string[], project: object | undefined) => {
  const asked: string[] = []
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://api.test')
    asked.push(url.pathname + url.search)
    const offset = Number(url.searchParams.get('offset'))
    const data = references.slice(offset, offset + 3).map((reference) => eventType(reference, []))
    const page = { data, count: data.length, total: references.length }
    const isList = url.pathname.endsWith('/event-types')
    const answer = isList ? page : project
    res
      .writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer ?? {}))
  })
  const listener = await listen(server, '127.0.0.1', 0)
  onTestFinished(() => listener.close(0))
  const source = {
    apiUrl: `${listener.url}/api/v1`,
    projectId: 'demo-shop',
    tokens: createStaticToken('a.b.c'),
  }
  return { asked, read: createSchemaReader(source) }
}

const many = Array.from({ length: 8 }, (_, n) => `type-${n}`)

test('every event type in use is read, also from an API that hands out fewer than it was asked for', async () => {
  const { read, asked } = await startApi(many, undefined)
  const { eventTypes, project } = await read()
  expect(eventTypes.map(({ reference }) => reference)).toEqual(many)
  expect(project).toBeUndefined()
  expect(
    asked.filter((path) => path.includes('/event-types?')).every((path) => path.includes('archived=false')),
  ).toBe(true)
})

test('an API that cannot be read rejects at once: nothing is tried twice', async () => {
  const { asked } = await startApi(many, undefined)
  const read = createSchemaReader({
    apiUrl: 'http://127.0.0.1:9/api/v1',
    projectId: 'demo-shop',
    tokens: createStaticToken('a.b.c'),
  })
  await expect(read()).rejects.toThrow()
  expect(asked).toEqual([])
})
