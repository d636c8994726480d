import fc from 'fast-check'
import { expect, test } from 'vitest'
import { html } from '../../../packages/relay/src/dashboard/html.ts'

test('whatever text fills a hole, it opens no tag and leaves no attribute', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { markup } = html`<p title="${text}">${text}</p>`
      expect(markup.match(/[<>"]/g)).toEqual(['<', '"', '"', '>', '<', '>'])
    }),
  )
})

test('markup made by html stays markup, alone and in a list', () => {
  expect(html`<ul>${['a', '<'].map((one) => html`<li>${one}</li>`)}</ul>`.markup).toBe(
    '<ul><li>a</li><li>&lt;</li></ul>',
  )
})
