// @vitest-environment node
import { createServer } from 'node:http'
import { documentOf } from '@wmkt/protocol/schema'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../packages/relay/src/http/listen.ts'
import { schemaOf } from '../../packages/relay/src/schema/parse-schema.ts'
import { readSchema } from '../../packages/tag/src/debug/read-schema.ts'
import { eventType } from '../support/schema-facts.ts'

const DOCUMENT = JSON.stringify(
  documentOf(schemaOf({ eventTypes: [eventType('lead', [])], project: undefined }), new Set()),
)

/** A relay that answers so, one after the other, and then as the last. */
const startRelay = async (...answers: [status: number, body: string][]) => {
  const cookies: (string | undefined)[] = []
  const server = createServer((req, res) => {
    cookies.push(req.headers.cookie)
    const [status, body] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, '']
    res.writeHead(status, { 'retry-after': '1' }).end(body)
  })
  const listener = await listen(server, '127.0.0.1', 0)
  onTestFinished(() => listener.close(0))
  return { url: listener.url, cookies }
}

test('the schema of a relay that has just started is asked for again, as it says when', async () => {
  const { url, cookies } = await startRelay([503, ''], [200, DOCUMENT])
  expect([...((await readSchema(url))?.schema.types.keys() ?? [])]).toEqual(['lead'])
  expect(cookies).toEqual([undefined, undefined])
})

test.each<[string, number, string]>([
  ['debugging is off', 404, ''],
  ['the origin is refused', 403, '{}'],
  ['a portal answers', 200, '<html>'],
  ['something else answers', 200, '{"types":1}'],
])('there is none where %s', async (_why, status, body) => {
  const { url, cookies } = await startRelay([status, body])
  expect(await readSchema(url)).toBeUndefined()
  expect(cookies).toHaveLength(1)
})

test('there is none where nobody answers', async () => {
  expect(await readSchema('http://127.0.0.1:9/schema')).toBeUndefined()
})
