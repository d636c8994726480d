import { type EndpointName, parsePathOverrides, pathOf, ROUTES } from '@wmkt/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pathText } from '../support/code-point.ts'

const reasonOf = (value: unknown): string => {
  const parsed = parsePathOverrides(typeof value === 'string' ? value : JSON.stringify(value))
  return 'reason' in parsed ? parsed.reason : ''
}

describe('pathOf', () => {
  test('fills in and percent-encodes', () => {
    expect(pathOf('getEventType', { projectId: 'demo-shop', reference: 'a/b?c' })).toBe(
      '/projects/demo-shop/event-types/a%2Fb%3Fc',
    )
  })

  test.each(['', '.', '..'])('refuses %j, which would lead to another path', (id) => {
    expect(() => pathOf('getEvent', { projectId: 'demo-shop', id })).toThrow(TypeError)
  })

  test('keeps any value inside its one segment', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), (id) => {
        fc.pre(id !== '.' && id !== '..')
        const url = new URL(`http://api.test/api/v1${pathOf('getEvent', { projectId: 'demo-shop', id })}`)
        expect(url.pathname.split('/')).toHaveLength(7)
        expect(decodeURIComponent(url.pathname.split('/')[6] ?? '')).toBe(id)
      }),
    )
  })

  test('names the missing parameter', () => {
    expect(() => pathOf('getEvent', { projectId: 'demo-shop' })).toThrow(
      'getEvent: path parameter id is missing',
    )
  })
})

describe('parsePathOverrides', () => {
  test('takes other templates with the same parameters, in any order', () => {
    const overrides = {
      getRawEvent: '/projects/{projectId}/events/{id}/raw',
      listTrashedEvents: '/trash/v2.1/{projectId}',
    }
    expect(parsePathOverrides(JSON.stringify(overrides))).toEqual({ overrides })
    expect(pathOf('getRawEvent', { projectId: 'p-1', id: 'x' }, overrides)).toBe('/projects/p-1/events/x/raw')
  })

  test('takes back its own table', () => {
    const own = Object.fromEntries(Object.entries(ROUTES).map(([name, { path }]) => [name, path]))
    expect(parsePathOverrides(JSON.stringify(own))).toEqual({ overrides: own })
  })

  test.each([
    ['not JSON', '{', 'expected a JSON object of paths by endpoint name, found no JSON'],
    ['an array', [], 'expected a JSON object of paths by endpoint name, found an array'],
    ['a number', 3, 'expected a JSON object of paths by endpoint name, found 3'],
    ['an unknown name', { getRaw: '/x' }, '"getRaw": expected an endpoint\'s name, such as getRawEvent'],
    [
      'an inherited name',
      { toString: '/x' },
      '"toString": expected an endpoint\'s name, such as getRawEvent',
    ],
    ['no text', { createEvent: 1 }, 'createEvent: expected a path such as /events, found 1'],
    [
      'a URL',
      { createEvent: 'https://evil.test/' },
      'createEvent: expected a path such as /events, found "https://evil.test/"',
    ],
    [
      'a way up',
      { createEvent: '/../events' },
      'createEvent: expected a path such as /events, found "/../events"',
    ],
    [
      'a query',
      { createEvent: '/events?x=1' },
      'createEvent: expected a path such as /events, found "/events?x=1"',
    ],
    [
      'another host',
      { createEvent: '//evil.test' },
      'createEvent: expected a path such as /events, found "//evil.test"',
    ],
    [
      'a lost parameter',
      { getRawEvent: '/raw/{id}' },
      'getRawEvent: expected the parameters {id}, {projectId}, found "/raw/{id}"',
    ],
    [
      'a doubled parameter',
      { getProject: '/p/{projectId}/{projectId}' },
      'getProject: expected the parameters {projectId}, found "/p/{projectId}/{projectId}"',
    ],
  ])('refuses %s, saying what was expected and found', (_title, value, reason) => {
    expect(reasonOf(value)).toBe(reason)
  })

  test('refuses a path that another endpoint answers already', () => {
    expect(reasonOf({ getRawEvent: ROUTES.getEvent.path })).toBe(
      'getRawEvent: expected a path of its own, found that of getEvent',
    )
  })

  test('answers any text, never throws', () => {
    const names = Object.keys(ROUTES) as EndpointName[]
    const some = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.string(), pathText))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          some.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          expect(Object.keys(parsePathOverrides(text))).toHaveLength(1)
        },
      ),
    )
  })
})
