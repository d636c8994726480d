import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readApiPaths } from '../../packages/relay/src/api-paths.ts'
import { tempFolder } from '../support/temp-folder.ts'

const file = (content: string): string => {
  const path = join(tempFolder('paths'), 'paths.json')
  writeFileSync(path, content)
  return path
}

test('paths are read by the names of endpoints', () => {
  expect(readApiPaths(file('{"createEvent":"/v2/events"}'))).toEqual({ createEvent: '/v2/events' })
})

test.each([
  ['text that is not JSON', '{', /a JSON file that holds an object/],
  ['a list', '[]', /a JSON file that holds an object/],
  ['an endpoint nobody knows', '{"createEvents":"/x"}', /names of endpoints, received createEvents/],
  ['a prototype key', '{"__proto__":"/x"}', /names of endpoints/],
  ['a path without a slash', '{"createEvent":"x"}', /a path beginning with \/ for createEvent/],
  ['a path that is no text', '{"createEvent":7}', /for createEvent, received number/],
])('%s is refused by name', (_, content, message) => {
  expect(() => readApiPaths(file(content))).toThrow(message)
})

test('a file that is not there is refused by name', () => {
  expect(() => readApiPaths('/nowhere.json')).toThrow(/apiPaths: .*\/nowhere.json/)
})
