import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { bodyOf, fitting } from '../../packages/tag/src/batch.ts'
import { bytesOf, type Row } from '../../packages/tag/src/row.ts'

const rowOf = (json: string): Row => ({ key: ['lane', 1, json], kind: 'event', nonce: json, json })
const frame = { projectId: 'demo-shop', evicted: 0, storage: 'disk' } as const
/** Bytes of the frame around no items at all. */
const FRAME_BYTES = 200
const texts = fc.array(
  fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => JSON.stringify({ text })),
)

describe('what fits', () => {
  test('a body of fitting rows never exceeds the room', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 500, max: 5_000 }), (jsons, room) => {
        const rows = fitting(jsons.map(rowOf), room)
        expect(bytesOf(bodyOf(rows, frame))).toBeLessThanOrEqual(room + FRAME_BYTES)
      }),
    )
  })

  test('with `least`, a first row that fits nowhere goes alone', () => {
    const rows = ['x'.repeat(70_000), 'y'].map(rowOf)
    expect(fitting(rows, 60_000, true)).toEqual([rows[0]])
    expect(fitting(rows, 60_000)).toEqual([])
  })

  test('what fits is what comes first: nothing overtakes', () => {
    const rows = ['a'.repeat(10), 'b'.repeat(50), 'c'].map(rowOf)
    expect(fitting(rows, 40)).toEqual([rows[0]])
  })
})

beforeEach(() => {
  vi.useFakeTimers({ now: 5 })
})
afterEach(() => {
  vi.useRealTimers()
})

test('the body carries the items as they were recorded, byte for byte', () => {
  fc.assert(
    fc.property(texts, (jsons) => {
      const body = bodyOf(jsons.map(rowOf), frame)
      expect(JSON.parse(body)).toEqual({
        v: 1,
        projectId: 'demo-shop',
        sentAt: 5,
        consent: 'granted',
        evicted: 0,
        storage: 'disk',
        items: jsons.map((json) => JSON.parse(json)),
      })
    }),
  )
})

test('a tag without a project names none', () => {
  expect(JSON.parse(bodyOf([], { ...frame, projectId: undefined }))).not.toHaveProperty('projectId')
})
