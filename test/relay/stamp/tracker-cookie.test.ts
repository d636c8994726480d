import { expect, test, vi } from 'vitest'
import { createTrackerReader, isTrackerPattern } from '../../../packages/relay/src/stamp/tracker-cookie.ts'

test.each<[string, string | undefined, string | undefined, string | undefined]>([
  ['the whole value', 'a=1; ndrstnd=ru1cc7QHeklGu2_3', undefined, 'ru1cc7QHeklGu2_3'],
  ['no cookie', undefined, undefined, undefined],
  ['another name that ends alike', 'xndrstnd=abc', undefined, undefined],
  ['a percent-encoded value', 'ndrstnd=a%2Db', undefined, 'a-b'],
  ['a broken encoding', 'ndrstnd=%E0%A4%A', undefined, undefined],
  ['an ill-formed ID', 'ndrstnd=a b<script>', undefined, undefined],
  ['the group of a pattern', 'ndrstnd=v1.abc.9', '^v1\\.(\\w+)\\.', 'abc'],
  ['a pattern that does not match', 'ndrstnd=v2.abc', '^v1\\.(\\w+)', undefined],
])('%s', (_, header, pattern, id) => {
  expect(createTrackerReader('ndrstnd', pattern)(header)).toBe(id)
})

test('a pattern has exactly one group', () => {
  expect(['(a)', '(?:x)(a)', 'a', '(a)(b)', '('].map(isTrackerPattern)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})

test('a cookie that is there and holds no ID is told of; one that is not there is not', () => {
  const told = vi.fn()
  const read = createTrackerReader('ndrstnd', '^v1\\.(\\w+)$', told)
  for (const header of [undefined, 'other=1', 'ndrstnd=v1.abc']) read(header)
  expect(told).not.toHaveBeenCalled()
  for (const header of ['ndrstnd=v2.abc', 'ndrstnd=%E0%A4%A', 'ndrstnd=']) read(header)
  expect(told).toHaveBeenCalledTimes(3)
})
