import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bodyOf, fitting } from '../../packages/tag/src/post.ts'
import { bytesOf, type Row } from '../../packages/tag/src/row.ts'

const rowOf = (json: string): Row => ({ key: ['lane', 1, json], kind: 'event', nonce: json, json })
const frame = { evicted: 0, storage: 'disk' } as const
const texts = fc.array(
  fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => JSON.stringify({ text })),
)

describe('what fits', () => {
  test('a body of fitting rows never exceeds the room', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 500, max: 5_000 }), (jsons, room) => {
        const rows = fitting(jsons.map(rowOf), room)
        const body = bodyOf('https://shop.test/wmkt/collect demo-shop', rows, frame, Date.now())
        expect(bytesOf(body)).toBeLessThanOrEqual(Math.max(room, 500))
      }),
    )
  })

  test('with `least`, a first row that fits nowhere goes alone', () => {
    const rows = ['x'.repeat(70_000), 'y'].map(rowOf)
    expect(fitting(rows, 60_000, true)).toEqual([rows[0]])
    expect(fitting(rows, 60_000)).toEqual([rows[1]])
  })
})

test('the body carries the items as they were recorded, byte for byte', () => {
  fc.assert(
    fc.property(texts, (jsons) => {
      const body = bodyOf('https://shop.test/collect demo-shop', jsons.map(rowOf), frame, 5)
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
  expect(JSON.parse(bodyOf('https://shop.test/collect ', [], frame, 5))).not.toHaveProperty('projectId')
})
