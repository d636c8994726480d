import { afterEach, expect, test } from 'vitest'
import { readTrackerId } from '../../packages/tag/src/cookie.ts'

const setCookie = (text: string): boolean => Reflect.set(document, 'cookie', text)

afterEach(() => {
  for (const name of ['ndrstnd', 'xndrstnd', 'a.b']) setCookie(`${name}=; Max-Age=0`)
})

test('the whole value is the ID', () => {
  setCookie('ndrstnd=ru1cc7QHeklGu2_3MOz')
  expect(readTrackerId('ndrstnd', '(.+)')).toBe('ru1cc7QHeklGu2_3MOz')
})

test('a cookie whose name only ends alike is another', () => {
  setCookie('xndrstnd=wrong')
  expect(readTrackerId('ndrstnd', '(.+)')).toBeUndefined()
})

test('a name is text, not a pattern', () => {
  setCookie('a.b=id')
  expect(readTrackerId('a.b', '(.+)')).toBe('id')
  expect(readTrackerId('a+b', '(.+)')).toBeUndefined()
})

test.each(['(', '^v2:(.+)'])('the pattern %s finds nothing, and nothing is thrown', (pattern) => {
  setCookie('ndrstnd=v1:abc')
  expect(readTrackerId('ndrstnd', pattern)).toBeUndefined()
})
