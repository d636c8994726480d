import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redactedItem, redactedMessage } from '../../../packages/relay/src/admin/redact.ts'
import type { StampedItem } from '../../../packages/relay/src/record.ts'

const event = (data: Record<string, unknown>, trackerId?: string): StampedItem => ({
  ...{
    kind: 'event',
    nonce: 'n1',
    eventType: 'lead',
    data,
    date: '2026-01-01T00:00:00.000Z',
    dateUntrusted: false,
  },
  ...(trackerId !== undefined && { trackerId }),
})

test('keys stay, values go', () => {
  expect(redactedItem(event({ email: 'a@b.c', nested: { phone: 1 } }, 'tracker'))).toMatchObject({
    data: { email: '[redacted]', nested: '[redacted]' },
    trackerId: '[redacted]',
  })
})

test('whatever the upstream repeats of an item is blotted out', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9 @.-]{3,20}$/),
      fc.string(),
      fc.string(),
      (value, before, after) => {
        fc.pre(!'[redacted]'.includes(value))
        const message = redactedMessage(`${before}${value}${after}`, event({ form: { deep: [value] } }))
        expect(message).not.toContain(value)
      },
    ),
  )
})

test.each([
  ['bob@example.com is no address', '[redacted] is no address'],
  ['phone +33 6 12 34 56 78 invalid', 'phone [redacted] invalid'],
  ['card 4111-1111-1111-1111', 'card [redacted]'],
  ['value must be at most 100 characters', 'value must be at most 100 characters'],
  ['422 email: required', '422 email: required'],
])('without the item at hand, %j becomes %j', (message, expected) => {
  expect(redactedMessage(message, undefined)).toBe(expected)
})
